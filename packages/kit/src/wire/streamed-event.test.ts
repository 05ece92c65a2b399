import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventData, splitEvents } from './sse.ts'
import { readEvents } from './streamed-event.ts'

/** Lines of a stream: fields with and without a space, comments, other fields, empty ones; each with any line end. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    'data',
    'data:',
    'data: ',
    'data:x',
    'data:  {"a":1}',
    'event: m',
    ': c',
    'id: 1',
    'datum: x',
  ),
  fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replace(/[\r\n]/g, ' ')}`),
)
const streams = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')))
  .map((lines) => Buffer.from(lines.map((pair) => pair.join('')).join('')))

describe('the events of a run', () => {
  it('are those that it is cut into, with the data of each', () => {
    fc.assert(
      fc.property(streams, (bytes) => {
        const cut = splitEvents(bytes).map(eventData)
        expect(readEvents(bytes).map(({ data }) => data)).toEqual(cut.filter((data) => data !== undefined))
      }),
      { numRuns: 1_000 },
    )
  })

  it('have the names that stand beside their own data', () => {
    const run = 'event: a\n\nevent: b\ndata: {"x":1}\n\ndata: [1]\n\nevent:c\ndata: {"y":\ndata: 2}'
    expect(readEvents(Buffer.from(run))).toEqual([
      { data: '{"x":1}', name: 'b', json: { x: 1 } },
      { data: '[1]', name: undefined, json: undefined },
      { data: '{"y":\n2}', name: 'c', json: { y: 2 } },
    ])
  })
})
