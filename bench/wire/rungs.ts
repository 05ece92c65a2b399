import type { ServerResponse } from 'node:http'
import { compose, defineStage, providerFailover } from '@tollgate/kit'
import { providerAgent } from '@tollgate/kit/stages/provider-failover'
import { call, receiveCall } from '@tollgate/kit/wire'
import express, { type Express, type RequestHandler } from 'express'
import type { Dispatcher } from 'undici'
import { CHAT_PATH, PROVIDER_KEY } from '../exchange.ts'
import { deploymentsAt } from './deployments.ts'

/** A handler in front of the provider. */
export interface Rung {
  readonly title: string
  readonly app: Express
}

/** From a bare dispatch to the whole stage, each with all that the one before it has. */
export function rungsOn(origin: string): readonly Rung[] {
  const dispatcher = providerAgent()
  const send = (res: ServerResponse, body: Buffer) => forward({ dispatcher, origin, res, body })
  const appOf = (...handlers: RequestHandler[]) =>
    express()
      .disable('x-powered-by')
      .use('/v1', ...handlers)

  const bare = appOf((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (bytes: Buffer) => chunks.push(bytes))
    req.on('end', () => send(res, Buffer.concat(chunks)))
  })
  const reading = defineStage({
    name: 'reading',
    gives: [call],
    handle: async (req) => void (await receiveCall(req)),
  })
  const read = appOf(compose(reading), (req, res) => send(res, call.get(req)!.bytes))

  const { one, three, health } = deploymentsAt(origin)
  return [
    { title: 'a bare dispatch of undici', app: bare },
    { title: 'and the call read and checked', app: read },
    {
      title: 'and provider-failover, one deployment',
      app: appOf(compose(providerFailover({ routes: one, dispatcher }))),
    },
    {
      title: 'and three to choose from, by latency',
      app: appOf(compose(providerFailover({ routes: three, health, dispatcher }))),
    },
  ]
}

interface Forwarded {
  readonly dispatcher: Dispatcher
  readonly origin: string
  readonly res: ServerResponse
  readonly body: Buffer
}

/** What any handler does that calls a provider: send, pipe with back-pressure, and let go when the client leaves. */
function forward({ dispatcher, origin, res, body }: Forwarded): void {
  dispatcher.dispatch(
    {
      origin,
      path: CHAT_PATH,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${PROVIDER_KEY}` },
    },
    {
      onRequestStart(controller) {
        res.once('close', () => {
          if (!res.writableFinished) controller.abort(new Error('the client left'))
        })
        res.on('drain', () => controller.resume())
      },
      onResponseStart(_, status, headers) {
        res.statusCode = status
        for (const name of ['content-type', 'content-length']) res.setHeader(name, headers[name]!)
      },
      onResponseData(controller, chunk) {
        if (!res.write(chunk)) controller.pause()
      },
      onResponseEnd: () => void res.end(),
      onResponseError: () => void res.destroy(),
    },
  )
}
