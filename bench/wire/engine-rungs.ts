import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { compose, defineStage, providerFailover } from '@tollgate/kit'
import type { Middleware } from '@tollgate/kit/core'
import { call, type ReceivedCall, receiveCall } from '@tollgate/kit/wire'
import type { Dispatcher } from 'undici'
import { ASKED_MODEL, CHAT_PATH, PROVIDER_KEY } from '../exchange.ts'
import { deploymentsAt } from './deployments.ts'

/** A handler that has one call to make. */
export interface EngineRung {
  readonly title: string
  readonly handler: Middleware
}

/** A provider in memory needs no address. */
const ORIGIN = 'http://127.0.0.1'

/** A provider of another process. */
export interface Remote {
  readonly dispatcher: Dispatcher
  readonly origin: string
}

/**
 * A dispatch of undici over a connection, which says what the others are to be held against; then, to a provider in memory,
 * from a bare dispatch to a choice of three. Every handler is given the same call, read already.
 */
export function engineRungs(dispatcher: Dispatcher, remote: Remote): readonly EngineRung[] {
  const { one, three, health } = deploymentsAt(ORIGIN)
  const reading = readOnce()
  const inMemory = { dispatcher, origin: ORIGIN }
  return [
    {
      title: 'a bare dispatch of undici, over a connection',
      handler: compose(reading, dispatching(remote, bare)),
    },
    { title: 'a bare dispatch in memory', handler: compose(reading, dispatching(inMemory, bare)) },
    { title: 'and what any proxy does', handler: compose(reading, dispatching(inMemory, proxying)) },
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

/** How a proxy words its request, and what it makes of the answer. */
interface Wording {
  body(asked: ReceivedCall): Buffer
  request(client: IncomingHttpHeaders, body: Buffer): string[]
  answer(res: ServerResponse, headers: IncomingHttpHeaders): void
  /** Whether what came is an answer. */
  isGood(whole: Buffer): boolean
}

const bare: Wording = {
  body: ({ bytes }) => bytes,
  request: () => ['content-type', 'application/json', 'authorization', `Bearer ${PROVIDER_KEY}`],
  answer: (res, headers) => give(res, headers, ['content-type', 'content-length']),
  isGood: () => true,
}

const [OPENS, CLOSES] = Buffer.from('{}')
const FORWARDED = ['accept', 'user-agent', 'traceparent', 'tracestate']
const RETURNED = new Set(['content-type', 'content-length', 'cache-control', 'openai-processing-ms'])

/**
 * What any proxy does that lets through the headers that it knows, looks whether the model has another name at the provider
 * and whether a 200 is an error, and says who has answered.
 */
const proxying: Wording = {
  body: ({ bytes, body }) =>
    body.model === ASKED_MODEL ? bytes : Buffer.from(JSON.stringify({ ...body, model: ASKED_MODEL })),
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
  isGood: (whole) =>
    whole[0] === OPENS && whole.at(-1) === CLOSES && !whole.subarray(0, 64).includes('"error"'),
}

function give(res: ServerResponse, headers: IncomingHttpHeaders, names: readonly string[]): void {
  for (const name of names) res.setHeader(name, headers[name]!)
}

function dispatching({ dispatcher, origin }: Remote, wording: Wording) {
  return defineStage({
    name: 'dispatching',
    last: true,
    handle(req, res) {
      const body = wording.body(call.get(req)!)
      const headers = wording.request(req.headers, body)
      return new Promise((done) => {
        dispatcher.dispatch(
          { origin, path: CHAT_PATH, method: 'POST', body, headers },
          {
            onRequestStart(controller) {
              res.once('close', () => {
                if (!res.writableEnded) controller.abort(new Error('the client left'))
              })
              res.on('drain', () => controller.resume())
            },
            onResponseStart(_, status, head) {
              res.statusCode = status
              wording.answer(res, head)
            },
            onResponseData(controller, chunk) {
              if (!wording.isGood(chunk)) return controller.abort(new Error('no answer'))
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
