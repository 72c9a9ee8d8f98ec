// SPDX-License-Identifier: AGPL-3.0-or-later
// automerge-repo: one makes edits in a document, another fetches it. WebSocket over TCP; files through its own store.
'use strict'
const path = require('path')
const { answer, digest, now, pause, seconds } = require('./lines.js')

const [folder, port] = [process.argv[2], Number(process.argv[3])]
let handle = null

async function repo (adapter) {
  const { Repo } = await import('@automerge/automerge-repo')
  const { NodeFSStorageAdapter } = await import('@automerge/automerge-repo-storage-nodefs')
  return new Repo({ storage: new NodeFSStorageAdapter(path.join(folder, 'store')), network: [adapter] })
}

answer({
  async write ({ count }) {
    const { WebSocketServer } = require('ws')
    const { WebSocketServerAdapter } = await import('@automerge/automerge-repo-network-websocket')
    const { splice } = await import('@automerge/automerge')
    const server = new WebSocketServer({ host: '127.0.0.1', port })
    const own = await repo(new WebSocketServerAdapter(server))
    handle = own.create({ text: '' })
    const began = now()
    for (let at = 0; at < count; at++) {
      handle.change((doc) => splice(doc, ['text'], at, 0, String.fromCharCode(97 + at % 26)))
    }
    const took = seconds(began)
    await own.flush()
    return { seconds: took, key: handle.url }
  },

  async fetch ({ key, port, count }) {
    const { WebSocketClientAdapter } = await import('@automerge/automerge-repo-network-websocket')
    const began = now()
    const own = await repo(new WebSocketClientAdapter(`ws://127.0.0.1:${port}`))
    handle = await own.find(key)
    while (handle.doc().text.length < count) await pause(1)
    return { seconds: seconds(began) }
  },

  async check () {
    return digest([handle.doc().text])
  }
})
