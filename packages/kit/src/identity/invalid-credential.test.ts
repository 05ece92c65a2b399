import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { type Accepted, invalidCredential } from './invalid-credential.ts'

const KEYS = { asksFor: 'a virtual key', carriedBy: 'header' } as const
const TOKENS = { asksFor: 'a token of your sign-in', carriedBy: 'header' } as const
const CERTIFICATES = { asksFor: 'a client certificate that is known here', carriedBy: 'connection' } as const

const textOf = (accepted: Accepted, url: string, headers: Record<string, string> = {}) =>
  invalidCredential({ url, headers } as unknown as IncomingMessage, accepted, 'internal').publicMessage

const advice = (url: string, headers: Record<string, string> = {}) =>
  /This key is not valid\.(.*), and ask/.exec(textOf([KEYS], url, headers))?.[1]

it.each([
  ['nothing is presented', '/v1/chat/completions', {}, ' Send a virtual key as `Authorization: Bearer …`'],
  [
    'a bearer is',
    '/v1/messages',
    { authorization: 'Bearer x' },
    ' Send a virtual key as `Authorization: Bearer …` or `x-api-key: …`',
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

it('asks for whatever is taken here, whichever of it was refused', () => {
  expect(textOf([CERTIFICATES, TOKENS, KEYS], '/v1/messages')).toBe(
    'This credential is not valid. Send a token of your sign-in or a virtual key as `x-api-key: …`, or connect with a client certificate that is known here, and ask your administrator for one if yours has stopped working.',
  )
  expect(textOf([CERTIFICATES], '/v1/chat/completions')).toBe(
    'This credential is not valid. Connect with a client certificate that is known here, and ask your administrator for one if yours has stopped working.',
  )
})

it('keeps to itself which check has failed', () => {
  const error = invalidCredential({ url: '/', headers: {} } as never, [TOKENS], 'jwt: it has expired')
  expect(error.internal).toBe('jwt: it has expired')
  expect(error.message + error.publicMessage).not.toContain('expired')
})
