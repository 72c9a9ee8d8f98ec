// SPDX-License-Identifier: AGPL-3.0-or-later
// autobase: two writers append to one base at the same time; both make the same view of it. TCP, its Noise stream.
'use strict'
const crypto = require('crypto')
const net = require('net')
const path = require('path')
const Autobase = require('autobase')
const Corestore = require('corestore')
const { answer } = require('./lines.js')

const [folder, port] = [process.argv[2], Number(process.argv[3])]
let base = null

async function apply (nodes, view, host) {
  for (const { value } of nodes) {
    if (value.writer) await host.addWriter(Buffer.from(value.writer, 'hex'), { indexer: true })
    else await view.append(value)
  }
}

async function begin (key) {
  const options = {
    valueEncoding: 'json',
    open: (store) => store.get('view', { valueEncoding: 'json' }),
    apply
  }
  base = new Autobase(new Corestore(path.join(folder, 'store')), key, options)
  await base.ready()
}

function replicate (socket, initiator) {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.pipe(base.replicate(initiator)).pipe(socket)
}

answer({
  async begin () {
    await begin(null)
    const server = net.createServer((socket) => replicate(socket, false))
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
    return { key: base.key.toString('hex') }
  },

  async join ({ key, port }) {
    await begin(Buffer.from(key, 'hex'))
    replicate(net.connect(port, '127.0.0.1'), true)
    return { writer: base.local.key.toString('hex') }
  },

  async admit ({ writer }) {
    await base.append({ writer })
    return {}
  },

  async look ({ whole }) {
    await base.update()
    const answer = { writable: base.writable, length: base.view.length }
    if (!whole) return answer
    const hash = crypto.createHash('sha256')
    for (let at = 0; at < base.view.length; at++) hash.update((await base.view.get(at)).text + '\n')
    return { ...answer, digest: hash.digest('hex') }
  },

  async write ({ file, from, to }) {
    for (const text of require(file).slice(from, to)) await base.append({ type: 'post', text })
    return {}
  }
})
