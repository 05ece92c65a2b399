import type { Dialect, ProviderRequest } from '@tollgate/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'
import { ask, type RawRequest } from '../support/raw.ts'

/**
 * What a caller of the least tier tries, to be served by a model that it has not. The witness is the provider's own log:
 * whatever the gateway answered, no request of any other model than those of the tier arrived there.
 */

interface Attempt extends Partial<RawRequest> {
  readonly path: string
}

interface Trial {
  readonly dialect: Dialect
  readonly mine: readonly string[]
  readonly attempts: readonly Attempt[]
}

const GOOD = 'gpt-4o-mini'
const DEAR = 'gpt-4o'
const messages = [{ role: 'user', content: 'hi' }]

const json = (value: unknown) => JSON.stringify(value)
const chat = (model: unknown, more: object = {}) => json({ model, messages, max_tokens: 8, ...more })
const at =
  (path: string) =>
  (body: string): Attempt => ({ path, body })
const toChat = at('/v1/chat/completions')

const LOOKALIKES = [
  'ɡpt-4o',
  'gрt-4o',
  'gpt‐4o',
  'gpt-4ο',
  'ｇｐｔ-4o',
  'gpt-4օ',
  'GPT-4o',
  'Gpt-4O',
  'gpt-4O',
  'GPT-4O',
  'gpt-٤o',
  'gpt-④o',
  'gpt−4o',
  'gpt_4o',
  'gpt.4o',
  'gpt–4o',
]
const SPACED = [
  ' gpt-4o',
  'gpt-4o ',
  '\tgpt-4o',
  'gpt-4o\n',
  '\ufeffgpt-4o',
  'gpt-4o\u200b',
  '\u202egpt-4o',
  'gpt-4o\0',
  'gpt-4o\r',
  'g\u00adpt-4o',
  'gpt-4o\u0301',
  'gpt- 4o',
  '\u2060gpt-4o',
  'gpt-4o\u00a0',
]
const PREFIXED = [
  'openai/gpt-4o',
  'OpenAI/gpt-4o',
  'OPENAI/GPT-4O',
  'openai:gpt-4o',
  'azure/gpt-4o',
  'azure_ai/gpt-4o',
  'openrouter/openai/gpt-4o',
  'models/gpt-4o',
  '/gpt-4o',
  '//gpt-4o',
  './gpt-4o',
  '../gpt-4o',
  'gpt-4o-mini/../gpt-4o',
  'gpt-4o-mini/gpt-4o',
  'openai/gpt-4o-mini/../gpt-4o',
  '~openai/gpt-4o',
  '@openai/gpt-4o',
  'us.openai.gpt-4o',
  'publishers/openai/models/gpt-4o',
  'deployments/gpt-4o',
  'vertex_ai/gpt-4o',
  'bedrock/gpt-4o',
  'chatgpt-4o',
  'litellm/gpt-4o',
  'openai%2Fgpt-4o',
  'gpt-4o-mini,gpt-4o',
  'gpt-4o-mini|gpt-4o',
  'gpt-4o-mini;gpt-4o',
  'gpt-4o-mini?model=gpt-4o',
  'gpt-4o-mini#gpt-4o',
  'gpt-4o-mini&model=gpt-4o',
]
const SUFFIXED = [
  'gpt-4o-2024-08-06',
  'gpt-4o-2024-11-20',
  'gpt-4o-latest',
  'gpt-4o@latest',
  'gpt-4o:latest',
  'gpt-4o:free',
  'gpt-4o:online',
  'gpt-4o:nitro',
  'gpt-4o/',
  'gpt-4o.',
  'gpt-4o..',
  'gpt-4o/.',
  'gpt-4o#mini',
  'gpt-4o?mini',
  'gpt-4o+mini',
  'gpt-4o-search-preview',
  'gpt-4o-audio-preview',
  'gpt-4o-realtime-preview',
  'gpt-4o*',
  'gpt-4o%00',
  'gpt-4o%20',
  'gpt-4o-high',
]
const TUNED = [
  'ft:gpt-4o',
  'ft:gpt-4o:acme',
  'ft:gpt-4o:acme::id',
  'ft:gpt-4o:acme:gpt-4o-mini:id',
  'ft:gpt-4o-2024-08-06:acme:x-mini:id',
  'ft:gpt-4o:acme::gpt-4o-mini',
  'FT:gpt-4o:acme::id',
  'ft:gpt-4o:acme:x:ckpt-step-80',
  'ft/gpt-4o/acme',
  'ft:gpt-4.1:acme:my-mini',
  'ft:gpt-4.1:acme::x-mini',
  'ft:gpt-4o-mini',
]
const ENCODED = [
  '%67pt-4o',
  'gpt%2D4o',
  'gpt-4%6F',
  '&#103;pt-4o',
  'Z3B0LTRv',
  'gpt-4o\\u0000',
  '\\u0067pt-4o',
  '0x6770742d346f',
  '=?utf-8?q?gpt-4o?=',
  'xn--gpt-4o-',
  'gpt-4o"',
  "'gpt-4o'",
  '"gpt-4o"',
  '`gpt-4o`',
  ['$', '{gpt-4o}'].join(''),
  '{{gpt-4o}}',
  '<gpt-4o>',
  '(gpt-4o)',
  '[gpt-4o]',
]
const NAMES = [
  ...LOOKALIKES,
  ...SPACED,
  ...PREFIXED,
  ...SUFFIXED,
  ...TUNED,
  ...ENCODED,
  DEAR,
  'o3',
  'o1-pro',
  'gpt-4.5-preview',
  'claude-opus-4-5',
  '*',
  'gpt-*',
  '',
  'default',
  'auto',
  'null',
  'constructor',
  '__proto__',
]

/** The model as something else than one plain text. */
const SHAPES: readonly unknown[] = [
  [DEAR],
  [GOOD, DEAR],
  { name: DEAR },
  { id: GOOD, toString: DEAR },
  null,
  4,
  true,
  [[DEAR]],
  { 0: DEAR },
]

const good = chat(GOOD)
const BODIES = [
  good.replace(`"model":"${GOOD}"`, `"model":"${GOOD}","model":"${DEAR}"`),
  good.replace(`"model":"${GOOD}"`, `"model":"${DEAR}","model":"${GOOD}"`),
  good.replace(`"model":"${GOOD}"`, `"model":"${GOOD}","m\\u006fdel":"${DEAR}"`),
  good.replace(`"model":"${GOOD}"`, `"\\u006dodel":"${DEAR}"`),
  good.replace(`"model":"${GOOD}"`, `"model":"${GOOD}","Model":"${DEAR}"`),
  good.replace(`"model":"${GOOD}"`, `"MODEL":"${DEAR}","model":"${GOOD}"`),
  good.replace(`"model":"${GOOD}"`, `"__proto__":{"model":"${DEAR}"}`),
  good.replace(`"model":"${GOOD}"`, `"model":"${GOOD}","__proto__":{"model":"${DEAR}"}`),
  good.replace(`"model":"${GOOD}"`, `"model" /* ${GOOD} */ :"${DEAR}"`),
  `[${chat(DEAR)}]`,
  `${good}${chat(DEAR)}`,
  `${good}\n${chat(DEAR)}`,
  `\ufeff${chat(DEAR)}`,
  `)]}',\n${chat(DEAR)}`,
  chat(GOOD, { extra_body: { model: DEAR }, fallbacks: [DEAR], models: [DEAR], route: 'fallback' }),
  chat(GOOD, { metadata: { model: DEAR }, provider: { order: [DEAR] }, engine: DEAR, deployment: DEAR }),
  json({ messages, max_tokens: 8 }),
  json({ request: { model: DEAR, messages }, model: undefined }),
  `model=${DEAR}&messages=hi`,
]

const HEADERS: readonly (readonly [string, string])[] = [
  ['x-model', GOOD],
  ['x-tollgate-model', GOOD],
  ['openai-model', GOOD],
  ['x-ms-model', GOOD],
  ['x-litellm-model', GOOD],
  ['x-portkey-config', json({ override_params: { model: DEAR } })],
  ['x-http-method-override', 'GET'],
  ['x-original-url', '/v1/models'],
  ['x-forwarded-prefix', '/v1/models'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'text/plain'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-encoding', 'identity, identity'],
  ['x-tollgate-tier', 'project'],
  ['x-team-id', 'research'],
]

const PATHS = [
  `/v1/chat/completions?model=${GOOD}`,
  `/v1/chat/completions?api-version=1&model=${GOOD}`,
  '/v1//chat/completions',
  '/v1/./chat/completions',
  '/v1/x/../chat/completions',
  '/v1/%63hat/completions',
  '/v1/chat%2Fcompletions',
  '/v1/chat/completions/',
  '/V1/Chat/Completions',
  '/v1/chat/completions;model=x',
  `/v1/engines/${GOOD}/chat/completions`,
  `/v1/deployments/${GOOD}/chat/completions`,
  `/v1/openai/deployments/${GOOD}/chat/completions?api-version=2025-01-01`,
  `/v1/openai/deployments/${GOOD}/chat/completions/../../../${DEAR}/chat/completions`,
  '/v1/openai/v1/chat/completions',
  '/v1/models/gpt-4o-mini:generateContent/chat/completions',
]

/** Whatever else takes a model. */
const ENDPOINTS: readonly Attempt[] = [
  at('/v1/completions')(json({ model: DEAR, prompt: 'hi', max_tokens: 8 })),
  at('/v1/embeddings')(json({ model: 'text-embedding-3-large', input: 'hi' })),
  at('/v1/responses')(json({ model: DEAR, input: 'hi', max_output_tokens: 16 })),
  at('/v1/responses')(json({ model: [DEAR], input: 'hi', max_output_tokens: 16 })),
  at('/v1/moderations')(json({ model: 'omni-moderation-latest', input: 'hi' })),
  at('/v1/images/generations')(json({ model: GOOD, prompt: 'hi' })),
  at('/v1/images/generations')(json({ prompt: 'hi' })),
  at('/v1/audio/speech')(json({ model: GOOD, input: 'hi', voice: 'alloy' })),
  at('/v1/fine_tuning/jobs')(json({ model: GOOD, training_file: 'file-1' })),
  at('/v1/batches')(json({ input_file_id: 'file-1', endpoint: '/v1/chat/completions' })),
  at('/v1/assistants')(json({ model: DEAR })),
  at('/v1/threads/runs')(json({ model: DEAR, assistant_id: 'a' })),
]

/** A form whose fields are given as they stand. */
function form(path: string, ...fields: readonly string[]): Attempt {
  const body = `${fields.map((field) => `--x\r\n${field}\r\n`).join('')}--x--\r\n`
  return { path, body, headers: ['content-type', 'multipart/form-data; boundary=x'] }
}
const field = (name: string, value: string) =>
  `content-disposition: form-data; name="${name}"\r\n\r\n${value}`
const sound =
  'content-disposition: form-data; name="file"; filename="a.wav"\r\ncontent-type: audio/wav\r\n\r\nRIFF'
const TRANSCRIBE = '/v1/audio/transcriptions'
const FORMS: readonly Attempt[] = [
  form(TRANSCRIBE, sound, field('model', 'gpt-4o-transcribe')),
  form(TRANSCRIBE, sound, field('model', GOOD), field('model', DEAR)),
  form(TRANSCRIBE, sound, field('model', DEAR), field('model', GOOD)),
  form(TRANSCRIBE, sound, field('Model', DEAR)),
  form(TRANSCRIBE, sound, field('model[]', DEAR)),
  form(TRANSCRIBE, sound, `content-disposition: form-data; name=model\r\n\r\n${DEAR}`),
  form(TRANSCRIBE, sound, `content-disposition: form-data; name="model"; filename="m"\r\n\r\n${DEAR}`),
  form(TRANSCRIBE, sound, `content-disposition: form-data; name*=utf-8''model\r\n\r\n${DEAR}`),
  form('/v1/chat/completions', field('model', DEAR), field('messages', json(messages))),
]

const OPENAI: Trial = {
  dialect: 'openai',
  mine: [GOOD],
  attempts: [
    ...NAMES.map((name) => toChat(chat(name))),
    ...SHAPES.map((shape) => toChat(chat(shape))),
    ...BODIES.map(toChat),
    ...HEADERS.map(([name, value]): Attempt => ({ ...toChat(chat(DEAR)), headers: [name, value] })),
    ...PATHS.map((path) => at(path)(chat(DEAR))),
    ...ENDPOINTS,
    ...FORMS,
  ],
}

const HAIKU = 'claude-haiku-4-5'
const OPUS = 'claude-opus-4-5'
const message = (model: unknown) => json({ model, messages, max_tokens: 8 })
const ANTHROPIC: Trial = {
  dialect: 'anthropic',
  mine: [HAIKU],
  attempts: [
    ...[
      OPUS,
      'Claude-Opus-4-5',
      `${OPUS}-20251101`,
      `anthropic/${OPUS}`,
      `anthropic.${OPUS}-v1:0`,
      `us.anthropic.${OPUS}`,
      `${OPUS}@20251101`,
      `${HAIKU}/../${OPUS}`,
      ` ${OPUS}`,
      [OPUS],
      null,
    ].map((model) => at('/v1/messages')(message(model))),
    at('/v1/messages/count_tokens')(message(OPUS)),
    at('/v1/anthropic/v1/messages')(message(OPUS)),
    at('/v1/messages')(message(HAIKU).replace('{', `{"model":"${OPUS}",`)),
    at('/v1/messages/batches')(
      json({ requests: [{ custom_id: 'a', params: { model: OPUS, messages, max_tokens: 8 } }] }),
    ),
  ],
}

const FLASH = 'gemini-2.5-flash'
const PRO = 'gemini-2.5-pro'
const contents = [{ parts: [{ text: 'hi' }] }]
const generate = (model: string, more: object = {}): Attempt =>
  at(`/v1beta/models/${model}:generateContent`)(
    json({ contents, generationConfig: { maxOutputTokens: 8 }, ...more }),
  )
const GEMINI: Trial = {
  dialect: 'gemini',
  mine: [FLASH],
  attempts: [
    ...[
      PRO,
      'Gemini-2.5-Pro',
      `${FLASH}%2F..%2F${PRO}`,
      `${FLASH}/../${PRO}`,
      `%67emini-2.5-pro`,
      `${PRO}%00`,
      `${PRO}-latest`,
      `models%2F${PRO}`,
      `${FLASH};${PRO}`,
      `${PRO}%20`,
      `gemini-2%2E5-pro`,
    ].map((model) => generate(model)),
    generate(FLASH, { model: `models/${PRO}` }),
    generate(PRO, { model: `models/${FLASH}` }),
    at(`/v1beta/models/${PRO}:streamGenerateContent?alt=sse`)(json({ contents })),
    at(`/v1beta/models/${FLASH}:generateContent/../../models/${PRO}:generateContent`)(json({ contents })),
    at(`/v1beta/tunedModels/${PRO}:generateContent`)(json({ contents })),
    at(`/v1beta/models/${PRO}:embedContent`)(json({ content: contents[0] })),
    at(`/v1beta/models/${PRO}:countTokens`)(json({ contents })),
    at(`/v1beta/models/${FLASH}:countTokens`)(
      json({ generateContentRequest: { model: `models/${PRO}`, contents } }),
    ),
    at(`/v1beta/models/${FLASH}:batchEmbedContents`)(
      json({ requests: [{ model: `models/${PRO}`, content: contents[0] }] }),
    ),
  ],
}

/** The model that a provider was asked for, by its own log: in the body, or in the path. */
function modelOf({ body, path }: ProviderRequest): string {
  const [, inPath] = /\/models\/([^:/?]+)/.exec(path) ?? []
  return inPath ?? String((body as { model?: unknown }).model)
}

async function gateway({ dialect, mine }: Trial): Promise<Assembly> {
  const all = { least: { models: [...mine, '*-mini'] }, project: { models: ['*'], endpoints: ['audio'] } }
  return assemble({ dialect, tiers: all, budgets: [{ limit_usd: '5.00', period: 'daily' }] })
}

const tried = { attempts: 0, refused: 0, asMine: 0 }

describe.each([OPENAI, ANTHROPIC, GEMINI])(
  'a caller of the least tier, in the dialect of $dialect',
  (trial) => {
    it('is served by no model outside it, whatever it sends', async () => {
      const { url, key, provider } = await gateway(trial)
      for (const { path, body, headers = [] } of trial.attempts) {
        const type = headers.some((name) => name.toLowerCase() === 'content-type')
        const usual = [
          'authorization',
          key.authorization,
          ...(type ? [] : ['content-type', 'application/json']),
        ]
        const answer = await ask(new URL(url).origin, {
          path,
          body,
          headers: [...usual, ...headers],
        } as RawRequest)
        tried.attempts += 1
        if (answer.status === 200) tried.asMine += 1
        else {
          tried.refused += 1
          expect(answer.status, `${path} ${body}: ${answer.text}`).toBeGreaterThanOrEqual(400)
          expect(answer.status, `${path} ${body}: ${answer.text}`).toBeLessThan(500)
        }
      }
      const served = provider.requests.map(modelOf)
      expect(served.filter((model) => !trial.mine.includes(model))).toEqual([])
    })

    it('is served by those of its tier', async () => {
      const { url, key, provider } = await gateway(trial)
      const [mine = ''] = trial.mine
      const bodies = {
        openai: toChat(good),
        anthropic: at('/v1/messages')(message(HAIKU)),
        gemini: generate(FLASH),
      }
      const { path, body } = bodies[trial.dialect as keyof typeof bodies]
      const headers = ['authorization', key.authorization, 'content-type', 'application/json']
      const { status } = await ask(new URL(url).origin, { path, body, headers } as RawRequest)
      expect(status).toBe(200)
      expect(provider.requests.map(modelOf)).toEqual([mine])
    })
  },
)

afterAll(() => {
  expect(tried.attempts).toBeGreaterThanOrEqual(200)
  // What names a model of the tier in the place that counts is a request for that one.
  expect(tried.asMine).toBeLessThan(tried.attempts / 20)
})
