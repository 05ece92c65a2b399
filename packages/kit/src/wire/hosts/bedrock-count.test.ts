import type { Dispatcher } from 'undici'
import { describe, expect, it } from 'vitest'
import { countedAnswer, countInput, countPath } from './bedrock-count.ts'

const CLAUDE = 'anthropic.claude-haiku-4-5-20251001-v1:0'

it.each([
  CLAUDE,
  `eu.${CLAUDE}`,
  `global.${CLAUDE}`,
  `arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.${CLAUDE}`,
])('%s is counted by the model itself', (model) => {
  expect(countPath(model)).toBe(`/model/${encodeURIComponent(CLAUDE)}/count-tokens`)
})

it('a name of the operator’s own is asked for as it is', () => {
  expect(countPath('our-profile')).toBe('/model/our-profile/count-tokens')
})

it('a request stands whole in its envelope', () => {
  const { input } = JSON.parse(countInput(Buffer.from('{"a":"ö"}')).toString())
  expect(Buffer.from(input.invokeModel.body, 'base64').toString()).toBe('{"a":"ö"}')
})

/** What comes out behind, in pieces of a size. */
function behind(status: number, said: string, size = said.length): string {
  const taken: string[] = []
  const controller = {} as Dispatcher.DispatchController
  const handler = countedAnswer({
    onResponseStart: (_, told, headers) => void taken.push(`${told} ${headers['content-length']} `),
    onResponseData: (_, bytes) => void taken.push(bytes.toString()),
    onResponseEnd: () => void taken.push(' end'),
  })
  handler.onResponseStart?.(controller, status, { 'content-length': String(said.length) })
  for (let at = 0; at < said.length; at += size)
    handler.onResponseData?.(controller, Buffer.from(said.slice(at, at + size)))
  handler.onResponseEnd?.(controller, {})
  return taken.join('')
}

describe('an answer', () => {
  it('has Anthropic’s name for the count, wherever it is cut', () => {
    for (let size = 1; size < 20; size += 1)
      expect(behind(200, '{"inputTokens":123}', size)).toBe('200 undefined {"input_tokens":123} end')
  })

  it.each(['{"inputTokens":-1}', '{"inputTokens":"many"}', '{}', 'no JSON', '', `"${'x'.repeat(9000)}"`])(
    'that is no count stays as it came',
    (said) => {
      expect(behind(200, said, 1000)).toBe(`200 undefined ${said} end`)
    },
  )

  it('that is a refusal is not touched', () => {
    expect(behind(400, '{"message":"no"}')).toBe('400 16 {"message":"no"} end')
  })
})
