import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { crowd } from '../../core/crowd.ts'
import { machineTimers } from '../../core/timers.ts'
import { callUpstream } from './upstream.ts'

/** A call that has been sent, the client that waits for it, and what has been done to its provider. */
function calling() {
  const done: string[] = []
  let taker: Dispatcher.DispatchHandler | undefined
  const controller = {
    abort: (why: Error) => {
      done.push('abort')
      taker?.onResponseError?.(controller, why)
    },
    pause: () => void done.push('pause'),
    resume: () => void done.push('resume'),
  } as unknown as Dispatcher.DispatchController
  const dispatcher = {
    dispatch(_: unknown, handler: Dispatcher.DispatchHandler) {
      taker = handler
      handler.onRequestStart?.(controller, {})
      return true
    },
  } as unknown as Dispatcher
  const res = new ServerResponse(new IncomingMessage(new Socket()))
  const provider = { name: 'openai', dialect: 'openai', baseUrl: 'http://127.0.0.1' } as const
  const result = callUpstream({
    means: {
      dispatcher,
      limits: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000 },
      running: crowd(),
      clock: systemClock,
      timers: machineTimers,
    },
    outgoing: {
      origin: provider.baseUrl,
      path: '/v1/chat/completions',
      headers: [],
      body: Buffer.alloc(0),
      provider,
      framed: undefined,
      translated: undefined,
      lost: [],
    },
    res,
    totalAtMs: Number.POSITIVE_INFINITY,
    onStart() {},
    onSent() {},
    onAnswer: () => undefined,
  })
  const begin = () => {
    taker!.onResponseStart?.(controller, 200, { 'content-type': 'text/event-stream' }, 'OK')
    taker!.onResponseData?.(controller, Buffer.from('data: {"choices":[]}\n\n'))
  }
  return { done, res, result, begin }
}

it('a client that leaves before its answer: the provider is aborted in the same tick', async () => {
  const { done, res, result } = calling()
  res.emit('close')
  expect(done).toEqual(['abort'])
  expect(await result).toEqual({ end: 'left' })
})

it('a client that leaves in the middle of a stream: the provider is aborted in the same tick', async () => {
  const { done, res, result, begin } = calling()
  begin()
  res.emit('close')
  expect(done).toEqual(['abort'])
  expect(await result).toMatchObject({ end: 'cut', status: 200, failure: undefined })
})
