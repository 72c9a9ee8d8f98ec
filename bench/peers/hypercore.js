// SPDX-License-Identifier: AGPL-3.0-or-later
// hypercore: one appends a log, another fetches, checks, stores and reads it. TCP, its own Noise stream.
'use strict'
const net = require('net')
const path = require('path')
const Hypercore = require('hypercore')
const { answer, digest, now, seconds } = require('./lines.js')

const PAGE = 30
const [folder, port] = [process.argv[2], Number(process.argv[3])]
let core = null

function open (key) {
  core = new Hypercore(path.join(folder, 'core'), key, { valueEncoding: 'json' })
  return core.ready()
}

async function read (from, to) {
  const found = []
  for await (const post of core.createReadStream({ start: from, end: to })) found.push(post.text)
  return found
}

answer({
  async write ({ file }) {
    await open(null)
    const texts = require(file)
    const began = now()
    for (const text of texts) await core.append({ type: 'post', text })
    const took = seconds(began)
    const server = net.createServer((socket) => {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.pipe(core.replicate(false)).pipe(socket)
    })
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
    return { seconds: took, key: core.key.toString('hex') }
  },

  async fetch ({ key, port, count }) {
    await open(Buffer.from(key, 'hex'))
    const began = now()
    const socket = net.connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.pipe(core.replicate(true)).pipe(socket)
    await core.download({ start: 0, end: count }).done()
    if (core.contiguousLength !== count) throw new Error('blocks are missing')
    const page = await read(count - PAGE, count)
    return { seconds: seconds(began), page: page.length }
  },

  async check () {
    return digest(await read(0, core.length))
  }
})
