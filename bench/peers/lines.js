// SPDX-License-Identifier: AGPL-3.0-or-later
// One request per line of JSON comes in, one answer per line goes out; the end of the input ends the program.
'use strict'
const crypto = require('crypto')
const readline = require('readline')

function seconds (since) {
  return Number(process.hrtime.bigint() - since) / 1e9
}

// deeds: from the word `do` of a request to an async function that gives the answer's fields.
function answer (deeds) {
  const input = readline.createInterface({ input: process.stdin })
  input.on('line', async (line) => {
    const request = JSON.parse(line)
    try {
      const fields = await deeds[request.do](request)
      process.stdout.write(JSON.stringify({ ok: true, ...fields }) + '\n')
    } catch (error) {
      process.stdout.write(JSON.stringify({ ok: false, why: String(error && error.stack) }) + '\n')
    }
  })
  input.on('close', () => process.exit(0))
}

function pause (ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

// The answer to `check`: SHA-256 over sorted texts, a line each.
function digest (texts) {
  const hash = crypto.createHash('sha256')
  for (const text of texts.sort()) hash.update(text + '\n')
  return { count: texts.length, digest: hash.digest('hex') }
}

module.exports = { answer, digest, pause, seconds, now: () => process.hrtime.bigint() }
