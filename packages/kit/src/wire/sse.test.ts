import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventData, eventFramer, isEventStream, splitEvents } from './sse.ts'

const LINE_ENDS = ['\n', '\r\n', '\r'] as const

/** Cut bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  let start = 0
  return [...ends, bytes.length].map((end) => {
    const piece = bytes.subarray(start, end)
    start = end
    return piece
  })
}

describe('the type of events', () => {
  it.each([
    'text/event-stream',
    'Text/Event-Stream',
    'text/event-stream; charset=utf-8',
    'text/event-stream ;x=y',
  ])('is %s', (type) => expect(isEventStream(type)).toBe(true))
  it.each([undefined, null, 7, '', 'application/json', 'text/event-stream-2', 'x text/event-stream'])(
    'is not %s',
    (type) => expect(isEventStream(type)).toBe(false),
  )
})

describe('the framer', () => {
  it('gives back all bytes in whole events, in any chunking, with any line end', () => {
    const event = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ' '))
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1 }),
        fc.constantFrom(...LINE_ENDS),
        fc.array(fc.nat()),
        (events, lineEnd, places) => {
          const bytes = Buffer.from(events.map((text) => `data: ${text}${lineEnd}${lineEnd}`).join(''))
          const framer = eventFramer()
          const runs = cut(bytes, places).flatMap((piece) => framer.push(piece) ?? [])
          const rest = framer.rest()
          expect(Buffer.concat(rest ? [...runs, rest] : runs)).toEqual(bytes)
          const seen = [...runs, ...(rest ? [rest] : [])].flatMap(splitEvents).map(eventData)
          expect(seen).toEqual(events)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds back nothing but an event that is not complete', () => {
    const framer = eventFramer()
    expect(framer.push(Buffer.from('data: a\n\ndata: b'))?.toString()).toBe('data: a\n\n')
    expect(framer.push(Buffer.from('c\n'))).toBeUndefined()
    expect(framer.push(Buffer.from('\n'))?.toString()).toBe('data: bc\n\n')
    expect(framer.rest()).toBeUndefined()
  })

  it('looks at each byte once: a long event may come a byte at a time', () => {
    // A framer that begins anew with every push would look at 32 thousand million bytes here.
    const bytes = Buffer.from(`data: ${'x'.repeat(256 * 1024)}\r\n\r\n`)
    const framer = eventFramer()
    const runs = Array.from(bytes, (_, at) => framer.push(bytes.subarray(at, at + 1)))
    expect(runs.filter((run) => run !== undefined)).toEqual([bytes])
    expect(framer.rest()).toBeUndefined()
  })

  it('does not change what it gave away', () => {
    const framer = eventFramer()
    framer.push(Buffer.from('data: a'))
    const first = framer.push(Buffer.from('\n\ndata: b'))
    const second = framer.push(Buffer.from('\n\ndata: c'))
    expect([first, second, framer.rest()].map(String)).toEqual(['data: a\n\n', 'data: b\n\n', 'data: c'])
  })

  it('keeps 16 MiB of one event, and passes a longer one on as it comes', () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const framer = eventFramer()
    let given = 0
    for (let pushed = 1; pushed <= 40; pushed += 1) {
      given += framer.push(piece)?.length ?? 0
      expect(pushed * piece.length - given).toBeLessThanOrEqual(16 * piece.length)
    }
    given += framer.push(Buffer.from('\n\n'))!.length
    expect(given).toBe(40 * piece.length + 2)
    expect(framer.push(Buffer.from('data: a\n\n'))?.toString()).toBe('data: a\n\n')
  })
})

describe('eventData', () => {
  it.each([
    ['data: x\n\n', 'x'],
    ['data:x\r\n\r\n', 'x'],
    ['data:  x\n\n', ' x'],
    [': a comment\ndata: x\n\n', 'x'],
    ['event: m\ndata: a\ndata: b\nid: 1\n\n', 'a\nb'],
    [': only a comment\n\n', undefined],
    ['retry: 10\n\n', undefined],
  ])('of %j is %j', (event, data) => {
    expect(eventData(Buffer.from(event))).toBe(data)
  })
})
