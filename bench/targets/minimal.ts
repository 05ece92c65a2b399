import type { ServerResponse } from 'node:http'
import express from 'express'
import { Pool } from 'undici'
import { CHAT_PATH, CLIENT_AUTHORIZATION, PROVIDER_KEY, SERVED_MODEL, TOKENS } from '../exchange.ts'
import { serveTarget, upstreamOrigin } from './target.ts'

/**
 * The yardstick: the least that any gateway for language models does, done well. Parses the body, puts the provider's
 * model and key in, and reads the usage of the answer as it passes. No callers, no budgets, no books, no second provider.
 */
const pool = new Pool(upstreamOrigin)
let tokens = 0

const app = express()
  .disable('x-powered-by')
  .post(CHAT_PATH, (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (bytes: Buffer) => chunks.push(bytes))
    req.on('end', () => forward(res, Buffer.concat(chunks)))
  })

function forward(res: ServerResponse, bytes: Buffer): void {
  const call = JSON.parse(bytes.toString()) as { model: string }
  call.model = SERVED_MODEL
  let answer: Buffer[] | undefined
  pool.dispatch(
    {
      path: CHAT_PATH,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${PROVIDER_KEY}` },
      body: JSON.stringify(call),
    },
    {
      onRequestStart(controller) {
        res.once('close', () => {
          if (!res.writableFinished) controller.abort(new Error('the client left'))
        })
        res.on('drain', () => controller.resume())
      },
      onResponseStart(_, status, headers) {
        const type = String(headers['content-type'])
        res.statusCode = status
        res.setHeader('content-type', type)
        if (headers['content-length']) res.setHeader('content-length', headers['content-length'])
        if (type.startsWith('application/json')) answer = []
      },
      onResponseData(controller, chunk) {
        if (answer) answer.push(chunk)
        else readEvents(chunk)
        if (!res.write(chunk)) controller.pause()
      },
      onResponseEnd() {
        res.end()
        if (answer) note(JSON.parse(Buffer.concat(answer).toString()).usage)
      },
      onResponseError: () => void res.destroy(),
    },
  )
}

/** Only the event that has the usage is parsed. */
function readEvents(chunk: Buffer): void {
  const at = chunk.indexOf('"usage":{')
  if (at === -1) return
  const start = chunk.lastIndexOf('data: ', at) + 'data: '.length
  note(JSON.parse(chunk.toString('utf8', start, chunk.indexOf('\n', at))).usage)
}

function note(usage: { total_tokens: number }): void {
  tokens += usage.total_tokens
}

await serveTarget({
  authorization: CLIENT_AUTHORIZATION,
  handler: app,
  tally: () => ({ 'tokens used': { total: tokens, perRequest: TOKENS } }),
})
