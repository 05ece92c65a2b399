import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { compose, defineStage, type Middleware, TollgateError } from '@tollgate/kit/core'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import { promised } from '../support/promised.ts'

interface Told {
  readonly name: string
  readonly end: string
  readonly status: number
}

/** Three stages that tell how they were settled, and a promise of the last of them. */
function witnesses(
  handle: (name: string, req: IncomingMessage, res: ServerResponse) => void | Promise<void> = () => {},
) {
  const told: Told[] = []
  const all = promised()
  const stages = ['outer', 'middle', 'inner'].map((name) =>
    defineStage({
      name,
      handle: (req, res) => handle(name, req, res),
      settle(_req, _res, { end, status }) {
        told.push({ name, end, status })
        if (name === 'outer') all.open()
      },
    }),
  )
  return { told, all: all.opened, stage: (compose as (...list: unknown[]) => Middleware)(...stages) }
}

const order = (end: string, status: number, names = ['inner', 'middle', 'outer']) =>
  names.map((name) => ({ name, end, status }))

/** Send a GET and hang up when asked to. */
function dial(url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return socket
}

describe('every stage settles once, the innermost first', () => {
  it('after a finished answer', async () => {
    const { told, all, stage } = witnesses()
    const url = await serve(express().use(stage, ((_req, res) => res.end('ok')) as Middleware))
    await (await fetch(url)).text()
    await all
    expect(told).toEqual(order('finished', 200))
  })

  it('after a handler that throws', async () => {
    const { told, all, stage } = witnesses()
    const url = await serve(
      express()
        .use(stage, () => {
          throw new Error('a bug')
        })
        .use(((_error, _req, res, _next) => void res.status(500).end()) as express.ErrorRequestHandler),
    )
    await fetch(url)
    await all
    expect(told).toEqual(order('finished', 500))
  })

  it('after a refusal: the stages that were entered', async () => {
    const { told, all, stage } = witnesses((name) => {
      if (name === 'middle') throw new TollgateError('model_not_allowed')
    })
    const url = await serve(express().use(stage))
    expect((await fetch(url)).status).toBe(403)
    await all
    expect(told).toEqual(order('finished', 403, ['middle', 'outer']))
  })

  it('when the client leaves while the handler works', async () => {
    const { told, all, stage } = witnesses()
    const arrived = promised()
    const url = await serve(express().use(stage, (() => arrived.open()) as Middleware))
    const socket = dial(url)
    await arrived.opened
    socket.destroy()
    await all
    expect(told).toEqual(order('aborted', 499))
  })

  it('when the client leaves in the middle of the answer', async () => {
    const { told, all, stage } = witnesses()
    const url = await serve(express().use(stage, ((_req, res) => res.write('half')) as Middleware))
    const socket = dial(url)
    socket.once('data', () => socket.destroy())
    await all
    expect(told).toEqual(order('aborted', 200))
  })

  it.each(['outer', 'middle', 'inner'])(
    'when the client leaves while stage %s works, which is waited for',
    async (at) => {
      const arrived = promised()
      const go = promised()
      const closed = promised()
      let settledEarly = false
      let handled = false
      const { told, all, stage } = witnesses(async (name, _req, res) => {
        if (name !== at) return
        res.once('close', () => setImmediate(closed.open))
        arrived.open()
        await go.opened
        settledEarly = told.length > 0
      })
      const url = await serve(
        express().use(stage, (() => {
          handled = true
        }) as Middleware),
      )
      const socket = dial(url)
      await arrived.opened
      socket.destroy()
      await closed.opened
      go.open()
      await all
      expect(settledEarly).toBe(false)
      expect(handled).toBe(false)
      const entered = ['outer', 'middle', 'inner'].slice(0, ['outer', 'middle', 'inner'].indexOf(at) + 1)
      expect(told).toEqual(order('aborted', 499, entered.reverse()))
    },
  )

  it('and nothing at all runs for a client that had left before the first stage', async () => {
    const { told, stage } = witnesses()
    const arrived = promised()
    const closed = promised()
    const passed = promised()
    const url = await serve(
      express()
        .use(async (_req, res, next) => {
          res.once('close', () => closed.open())
          arrived.open()
          await closed.opened
          next()
          passed.open()
        })
        .use(stage),
    )
    const socket = dial(url)
    await arrived.opened
    socket.destroy()
    await passed.opened
    expect(told).toEqual([])
  })

  it('though one of them fails', async () => {
    const done = promised()
    const warned = promised()
    const hear = ({ message }: Error) => message.includes('broken failed while it settled') && warned.open()
    process.on('warning', hear)
    closeAfter(async () => void process.off('warning', hear))
    const outer = defineStage({ name: 'outer', handle: () => {}, settle: () => done.open() })
    const broken = defineStage({
      name: 'broken',
      handle: () => {},
      settle: () => {
        throw new Error('no')
      },
    })
    const url = await serve(express().use(outer, broken, ((_req, res) => res.end()) as Middleware))
    await fetch(url)
    await done.opened
    await warned.opened
  })
})
