import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, pipeline } from 'node:stream'
import { cutShort, observe, type Transformer, transform } from '@tollgate/kit/core'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { serve } from '../support/http.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => void

const passing: Transformer = { head: () => 'pass', chunk: (bytes) => bytes, flush: () => undefined }

/** An answer behind a transformer that lets what it is told to wait. */
async function answerOf(transformer: Partial<Transformer>, handler: Handler): Promise<Response> {
  const url = await serve((req, res) => {
    transform(res, { ...passing, ...transformer })
    handler(req, res)
  })
  return fetch(url)
}

describe('an answer that its transformer lets wait', () => {
  it('goes on where it stopped, in its order, and its end waits as well', async () => {
    const open = gate()
    const flushed: string[] = []
    const returned: boolean[] = []
    let asked = 0
    const answer = await answerOf(
      {
        wait: () => (++asked === 2 ? open.opened : undefined),
        flush() {
          flushed.push('flushed')
          return Buffer.from('!')
        },
      },
      (_, res) => {
        for (const word of ['one ', 'two ', 'three ']) returned.push(res.write(word))
        res.end('four')
        expect(flushed).toEqual([])
        open.open()
      },
    )
    expect(await answer.text()).toBe('one two three four!')
    expect(returned).toEqual([true, false, false])
  })

  it('is asked again after each wait', async () => {
    const gates = [gate(), gate()]
    let asked = 0
    const answer = await answerOf({ wait: () => gates[asked++]?.opened }, (_, res) => {
      res.write('all')
      res.end()
      for (const { open } of gates) open()
    })
    expect(await answer.text()).toBe('all')
    expect(asked).toBe(3)
  })

  it('holds back whoever writes it, and has them go on', async () => {
    const open = gate()
    let asked = 0
    const source = new PassThrough({ highWaterMark: 4 })
    const answer = await answerOf({ wait: () => (asked++ === 0 ? open.opened : undefined) }, (_, res) => {
      pipeline(source, res, () => {})
      source.write('held')
      source.end(' and gone on')
      setImmediate(open.open)
    })
    expect(await answer.text()).toBe('held and gone on')
  })

  it('may be cut short: what waits and what is still written is dropped', async () => {
    const answer = await answerOf(
      {
        wait: () => new Promise(() => {}),
        flush: () => Buffer.from('never'),
      },
      (_, res) => {
        res.write('waits')
        cutShort(res, Buffer.from('cut'))
        expect(res.write('late')).toBe(false)
        res.end('later')
      },
    )
    expect(await answer.text()).toBe('cut')
  })

  it('that fails to say when is not kept for ever', async () => {
    let asked = 0
    const answer = await answerOf(
      { wait: () => (asked++ === 0 ? Promise.reject(new Error('lost')) : undefined) },
      (_, res) => void res.end('all the same'),
    )
    expect(await answer.text()).toBe('all the same')
  })
})

describe('an answer whose observer has something to do before its end', () => {
  it('waits with its end, and loses nothing by what goes wrong there', async () => {
    const written = gate()
    const order: string[] = []
    const url = await serve((_, res) => {
      observe(res, {
        last: () => written.opened.then(() => order.push('written')),
        end: () => void order.push('end'),
      })
      observe(res, { last: () => Promise.reject(new Error('away')) })
      observe(res, { last: () => undefined })
      res.write('all of ')
      res.end('it')
      order.push('handled')
      written.open()
    })
    const answer = await fetch(url)
    expect(await answer.text()).toBe('all of it')
    expect(order).toEqual(['handled', 'written', 'end'])
  })

  it('waits for a transformer as well, and is then as that has made it', async () => {
    const url = await serve((_, res) => {
      observe(res, { last: async () => {} })
      transform(res, { ...passing, head: () => 'hold', flush: async () => Buffer.from('!') })
      res.end('done')
    })
    const answer = await fetch(url)
    expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['5', 'done!'])
  })
})
