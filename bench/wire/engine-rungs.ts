import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { compose, defineStage, modelRoutes, providerFailover } from '@tollgate/kit'
import type { Middleware } from '@tollgate/kit/core'
import { healthBoard, routing } from '@tollgate/kit/stages/provider-failover'
import { call, type Provider, type ReceivedCall, receiveCall } from '@tollgate/kit/wire'
import type { Dispatcher } from 'undici'
import { ASKED_MODEL, CHAT_PATH, PROVIDER_KEY } from '../exchange.ts'

/** A handler that has one call to make. */
export interface EngineRung {
  readonly title: string
  readonly handler: Middleware
}

const ORIGIN = 'http://127.0.0.1'

/** From a bare dispatch to a choice of three: every handler is given the same call, read already. */
export function engineRungs(dispatcher: Dispatcher): readonly EngineRung[] {
  const provider = (name: string): Provider => ({
    ...{ name, dialect: 'openai', baseUrl: `${ORIGIN}/v1`, apiKey: PROVIDER_KEY },
  })
  const one = modelRoutes({ providers: [provider('a')], routes: { [ASKED_MODEL]: [`a/${ASKED_MODEL}`] } })
  const health = healthBoard()
  const three = routing({
    providers: ['a', 'b', 'c'].map(provider),
    routes: {
      [ASKED_MODEL]: {
        targets: ['a', 'b', 'c'].map((name) => `${name}/${ASKED_MODEL}`),
        order: 'least-latency',
      },
    },
    health,
  })
  const reading = readOnce()
  return [
    { title: 'a bare dispatch', handler: compose(reading, dispatching(dispatcher, bare)) },
    {
      title: 'and the headers of both ways',
      handler: compose(reading, dispatching(dispatcher, withHeaders)),
    },
    {
      title: 'and provider-failover, one deployment',
      handler: compose(reading, providerFailover({ routes: one, dispatcher })),
    },
    {
      title: 'and three to choose from, by latency',
      handler: compose(reading, providerFailover({ routes: three, health, dispatcher })),
    },
  ]
}

/** Reading a call is measured elsewhere: here it is read from the first request, and given to all. */
function readOnce() {
  let known: ReceivedCall | undefined
  return defineStage({
    name: 'read-once',
    gives: [call],
    async handle(req) {
      if (known) call.set(req, known)
      else known = await receiveCall(req)
    },
  })
}

/** How a proxy words its request, and what it gives back of the answer's head. */
interface Wording {
  request(client: IncomingHttpHeaders, body: Buffer): string[]
  answer(res: ServerResponse, headers: IncomingHttpHeaders): void
}

const bare: Wording = {
  request: () => ['content-type', 'application/json', 'authorization', `Bearer ${PROVIDER_KEY}`],
  answer: (res, headers) => give(res, headers, ['content-type', 'content-length']),
}

const FORWARDED = ['accept', 'user-agent', 'traceparent', 'tracestate']
const RETURNED = new Set(['content-type', 'content-length', 'cache-control', 'openai-processing-ms'])

/** What any proxy does that lets through what it knows, and nothing else, and says who has answered. */
const withHeaders: Wording = {
  request(client, body) {
    const headers = [...bare.request(client, body), 'content-length', String(body.length)]
    headers.push('accept-encoding', 'identity')
    for (const name of FORWARDED) {
      const value = client[name]
      if (typeof value === 'string') headers.push(name, value)
    }
    return headers
  },
  answer(res, headers) {
    give(
      res,
      headers,
      Object.keys(headers).filter((name) => RETURNED.has(name)),
    )
    res.setHeader('x-tollgate-provider', 'a')
    res.setHeader('x-tollgate-model', ASKED_MODEL)
    res.setHeader('x-tollgate-attempts', 1)
  },
}

function give(res: ServerResponse, headers: IncomingHttpHeaders, names: readonly string[]): void {
  for (const name of names) res.setHeader(name, headers[name]!)
}

function dispatching(dispatcher: Dispatcher, { request, answer }: Wording) {
  return defineStage({
    name: 'dispatching',
    last: true,
    handle(req, res) {
      const { bytes: body } = call.get(req)!
      const headers = request(req.headers, body)
      return new Promise((done) => {
        dispatcher.dispatch(
          { origin: ORIGIN, path: CHAT_PATH, method: 'POST', body, headers },
          {
            onRequestStart(controller) {
              res.once('close', () => {
                if (!res.writableEnded) controller.abort(new Error('the client left'))
              })
              res.on('drain', () => controller.resume())
            },
            onResponseStart(_, status, head) {
              res.statusCode = status
              answer(res, head)
            },
            onResponseData(controller, chunk) {
              if (!res.write(chunk)) controller.pause()
            },
            onResponseEnd() {
              res.end()
              done()
            },
            onResponseError: () => void res.destroy(),
          },
        )
      })
    },
  })
}
