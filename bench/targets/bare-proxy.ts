import { Agent, request } from 'node:http'
import { CLIENT_AUTHORIZATION } from '../exchange.ts'
import { serveTarget, upstreamOrigin } from './target.ts'

/** What Node alone makes of a proxy: no framework, nothing looked at, two pipes. */
const { hostname, port } = new URL(upstreamOrigin)
const agent = new Agent({ keepAlive: true })

await serveTarget({
  authorization: CLIENT_AUTHORIZATION,
  handler(req, res) {
    const { method, url, headers } = req
    const call = request({ agent, hostname, port, method, path: url, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(res)
    })
    call.on('error', () => res.destroy())
    req.pipe(call)
  },
})
