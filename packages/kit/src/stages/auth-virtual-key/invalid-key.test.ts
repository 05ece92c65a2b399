import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { invalidKey } from './invalid-key.ts'

const advice = (url: string, headers: Record<string, string> = {}) =>
  /This key is not valid\.(.*), and ask/.exec(
    invalidKey({ url, headers } as unknown as IncomingMessage).publicMessage,
  )?.[1]

it.each([
  ['nothing is presented', '/v1/chat/completions', {}, ' Send a virtual key as `Authorization: Bearer …`'],
  [
    'a bearer is',
    '/v1/messages',
    { authorization: 'Bearer x' },
    ' Send a virtual key as `Authorization: Bearer …`',
  ],
  ['Anthropic’s header is', '/v1/messages', { 'x-api-key': 'x' }, ' Send a virtual key as `x-api-key: …`'],
  ['an Anthropic client presents nothing', '/v1/messages', {}, ' Send a virtual key as `x-api-key: …`'],
  [
    'Google’s header is',
    '/v1beta/models/gemini-2.5-flash:generateContent',
    { 'x-goog-api-key': 'x' },
    ' Send a virtual key as `x-goog-api-key: …`',
  ],
  [
    'it stands in the address',
    '/v1beta/models/gemini-2.5-flash:generateContent?alt=sse&key=x',
    {},
    ' A `?key=` in the address is not read. Send a virtual key as `x-goog-api-key: …`',
  ],
] as const)('says where a key is to be sent when %s', (_, url, headers, text) => {
  expect(advice(url, headers)).toBe(text)
})
