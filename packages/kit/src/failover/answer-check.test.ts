import { describe, expect, it } from 'vitest'
import { type AnswerCheck, answerCheck, type Found } from './answer-check.ts'

const check = (contentType: string): AnswerCheck =>
  answerCheck({ status: 200, headers: { 'content-type': contentType }, dialect: 'openai', nowMs: 0 })

/** What is found of a body, in pieces of this size. */
function found(contentType: string, body: string, size = Infinity): Found {
  const tested = check(contentType)
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += size) {
    const seen = tested.push(bytes.subarray(at, at + size))
    if (seen !== 'unsure') return seen
  }
  return tested.end()
}

const EVENTS = 'text/event-stream; charset=utf-8'
const kindOf = (seen: Found) => (typeof seen === 'string' ? seen : seen.kind)

describe('a stream', () => {
  const streams: [string, string, string][] = [
    ['an answer', 'data: {"choices":[]}\n\n', 'good'],
    ['an answer that speaks of errors', 'data: {"text":"\\"error\\"","error":null}\n\n', 'good'],
    ['a comment', ': keep-alive\n\n', 'good'],
    ['an event without its empty line', 'data: {"choices":[]}\n', 'good'],
    ['an error', 'data: {"error":{"message":"Overloaded.","code":503}}\n\n', 'overloaded'],
    ['an error without a code', 'data: {"error":{"message":"Oh."}}\n\n', 'malformed'],
    [
      'an error that has a name',
      'event: error\r\ndata: {"error":{"message":"Oh.","code":429}}\r\n\r\n',
      'rate_limited',
    ],
    ['an error as a text', 'data: {"error":"Oh."}\n\n', 'malformed'],
    ['nothing', '', 'empty'],
    ['an empty line', '\n\n', 'good'],
    ['its end alone', 'data: [DONE]\n\n', 'empty'],
  ]
  it.each(streams)('%s', (_, body, kind) => {
    expect(kindOf(found(EVENTS, body))).toBe(kind)
    expect(kindOf(found(EVENTS, body, 1))).toBe(kind)
  })

  it('is looked at until its first event is there, and no longer', () => {
    const tested = check(EVENTS)
    expect(tested.push(Buffer.from('data: {"a"'))).toBe('unsure')
    expect(tested.push(Buffer.from(':1}\n\n'))).toBe('good')
  })
})

describe('JSON', () => {
  const bodies: [string, string, string][] = [
    ['an answer', ' {"choices":[]}\n', 'good'],
    ['a list', '[1]', 'good'],
    ['an answer without an error', '{"error":null,"output":[]}', 'good'],
    ['an error', '{"error":{"message":"Oh.","code":502}}', 'server'],
    [
      'an error in Anthropic’s words',
      '{"type":"error","error":{"type":"overloaded_error","message":"Oh."}}',
      'malformed',
    ],
    ['half of it', '{"choices":[{"message"', 'malformed'],
    ['a page', '<html></html>', 'malformed'],
    ['nothing', '', 'empty'],
    ['spaces', ' \n', 'empty'],
  ]
  it.each(bodies)('%s', (_, body, kind) => {
    expect(kindOf(found('application/json', body))).toBe(kind)
    expect(kindOf(found('application/json; charset=utf-8', body, 3))).toBe(kind)
  })

  it('may have been paid for, whatever it is', () => {
    expect(found('application/json', '{"error":{"message":"Oh.","code":502}}')).toMatchObject({
      status: 200,
      paid: true,
      publicText: 'Oh.',
    })
  })
})

describe('anything else', () => {
  it('is an answer from its first byte, unless there is none or it is a page', () => {
    expect(found('audio/mpeg', 'x')).toBe('good')
    expect(kindOf(found('audio/mpeg', ''))).toBe('empty')
    expect(kindOf(found('text/html', '<html>'))).toBe('malformed')
  })
})
