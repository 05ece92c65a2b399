import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { Dispatcher } from 'undici'
import { describe, expect, it } from 'vitest'
import { awsEventsReader, framedAsEvents } from './aws-events.ts'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
)
const string = (value: string) => ({ type: 'string' as const, value })

/** A frame as AWS's own codec writes it. */
function frame(type: 'event' | 'exception', name: string, said: object): Buffer {
  const headers = { [`:${type}-type`]: string(name), ':message-type': string(type) }
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(said)) }))
}

const read = (bytes: Buffer, size = bytes.length) => {
  const reader = awsEventsReader()()
  let text = ''
  for (let at = 0; at < bytes.length; at += size) {
    text += reader.push(bytes.subarray(at, at + size))?.toString() ?? ''
  }
  return text
}

const START = { type: 'message_start', message: { id: 'msg_1' } }
const base64 = (said: object) => Buffer.from(JSON.stringify(said)).toString('base64')

describe('frames of AWS’s', () => {
  it('are events, each by the name of its frame', () => {
    const frames = [
      frame('event', 'messageStart', { role: 'assistant' }),
      frame('event', 'contentBlockDelta', { delta: { text: 'Größe' }, contentBlockIndex: 0 }),
    ]
    expect(read(Buffer.concat(frames))).toBe(
      'event: messageStart\ndata: {"role":"assistant"}\n\n' +
        'event: contentBlockDelta\ndata: {"delta":{"text":"Größe"},"contentBlockIndex":0}\n\n',
    )
  })

  it('that hold a model’s own words are events of its maker’s dialect', () => {
    const said = JSON.stringify(START)
    expect(read(frame('event', 'chunk', { bytes: base64(START), p: 'abc' }))).toBe(
      `event: message_start\ndata: ${said}\n\n`,
    )
  })

  it('that are exceptions are errors, with the status that they would have had', () => {
    const [, data = ''] = read(frame('exception', 'throttlingException', { message: 'Slow down' })).split(
      'data: ',
    )
    expect(JSON.parse(data)).toEqual({
      type: 'error',
      status: 429,
      error: { type: 'rate_limit_error', message: 'Slow down' },
    })
    expect(read(frame('exception', 'newException', { message: 'x' }))).toContain('"api_error"')
  })

  it('are read the same wherever they are cut', () => {
    const bytes = Buffer.concat([
      frame('event', 'chunk', { bytes: base64(START) }),
      frame('event', 'end', {}),
    ])
    const whole = read(bytes)
    for (let size = 1; size < bytes.length; size += 1) expect(read(bytes, size)).toBe(whole)
  })

  it.each([
    ['a checksum is wrong', (bytes: Buffer) => bytes.writeUInt8(bytes[20]! ^ 1, 20)],
    ['the length is no length', (bytes: Buffer) => bytes.writeUInt32BE(0xffffffff, 0)],
  ])('are refused where %s', (_, spoil) => {
    const bytes = frame('event', 'messageStart', { role: 'assistant' })
    spoil(bytes)
    expect(() => read(bytes)).toThrow()
  })

  it('stand before whoever takes an answer, and change nothing of one that has none', () => {
    const taken: unknown[] = []
    const taker: Dispatcher.DispatchHandler = {
      onResponseStart: (_, status, headers) => void taken.push(status, headers['content-type']),
      onResponseData: (_, bytes) => void taken.push(bytes.toString()),
    }
    const controller = {} as Dispatcher.DispatchController
    const give = (type: string, bytes: Buffer) => {
      const framed = framedAsEvents(awsEventsReader(), taker)
      framed.onResponseStart?.(controller, 200, { 'content-type': type })
      framed.onResponseData?.(controller, bytes)
      return taken.splice(0)
    }
    expect(give('application/json', Buffer.from('{}'))).toEqual([200, 'application/json', '{}'])
    expect(give('application/vnd.amazon.eventstream', frame('event', 'end', {}))).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'event: end\ndata: {}\n\n',
    ])
  })
})
