// SPDX-License-Identifier: AGPL-3.0-or-later
// ssb-db2 with ssb-ebt: one writes a feed, another fetches, checks, stores and indexes it. TCP, secret handshake.
'use strict'
const path = require('path')
const caps = require('ssb-caps')
const keys = require('ssb-keys')
const SecretStack = require('secret-stack')
const { and, author, count, descending, paginate, toPromise, type, where } = require('ssb-db2/operators')
const { answer, digest, now, seconds } = require('./lines.js')

const PAGE = 30
const [folder, port] = [process.argv[2], Number(process.argv[3])]
const net = { scope: 'device', transform: 'shs', host: '127.0.0.1', port }
const ssb = SecretStack({ caps })
  .use(require('ssb-db2'))
  .use(require('ssb-db2/compat/ebt'))
  .use(require('ssb-ebt'))
  .call(null, {
    path: path.join(folder, 'ssb'),
    keys: keys.loadOrCreateSync(path.join(folder, 'secret')),
    connections: { incoming: { net: [net] }, outgoing: { net: [{ transform: 'shs' }] } }
  })
let feed = ssb.id

function posts (...more) {
  return ssb.db.query(where(and(author(feed), type('post'))), ...more, toPromise())
}

function promised (ask) {
  return new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))))
}

answer({
  async write ({ file }) {
    const texts = require(file)
    const began = now()
    for (const text of texts) {
      await promised((done) => ssb.db.create({ keys: ssb.config.keys, content: { type: 'post', text } }, done))
    }
    await posts(count())
    const took = seconds(began)
    ssb.ebt.request(feed, true)
    return { seconds: took, key: feed }
  },

  async fetch ({ key, port, count: wanted }) {
    const all = new Promise((resolve) => {
      let seen = 0
      ssb.db.onMsgAdded(() => { if (++seen === wanted) resolve() })
    })
    const began = now()
    ssb.ebt.request(ssb.id, true)
    ssb.ebt.request(key, true)
    await promised((done) => ssb.connect(`net:127.0.0.1:${port}~shs:${key.slice(1, -'.ed25519'.length)}`, done))
    await all
    feed = key
    if (await posts(count()) !== wanted) throw new Error('the index lacks posts')
    const page = (await posts(descending(), paginate(PAGE))).results
    return { seconds: seconds(began), page: page.length }
  },

  async check () {
    return digest((await posts()).map((message) => message.value.content.text))
  }
})
