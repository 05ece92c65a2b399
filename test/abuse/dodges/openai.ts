import { type Attempt, at, chat, json, messages, type Trial, toChat } from './attempt.ts'
import { DEAR, GOOD, NAMES } from './names.ts'

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

export const OPENAI: Trial = {
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
