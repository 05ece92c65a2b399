import { countTokens } from '../anthropic/count-tokens.ts'
import { anthropic } from '../anthropic/index.ts'
import type { Refusal } from '../behaviour.ts'
import { converse } from '../converse/converse.ts'
import { type Asked, isObject, isRefusal, type Speaker } from '../dialect.ts'
import type { StreamEvent } from '../plan.ts'
import { questionOf } from '../question.ts'
import { AWS_EVENT_STREAM, awsFrame } from './aws-frame.ts'
import { isSigned } from './aws-signature.ts'

export const BEDROCK_PATH: RegExp =
  /\/model\/([^/]+)\/(invoke|invoke-with-response-stream|converse|converse-stream|count-tokens)$/

const VERSION = 'bedrock-2023-05-31'

/** Bedrock says why in a message, and which kind of exception it is in a header. */
const error: Speaker['error'] = ({ status, message }) => ({ status, text: JSON.stringify({ message }) })
const headers: Speaker['headers'] = (requestId) => ({ 'x-amzn-requestid': requestId })

/** Whoever may not call. */
function stranger({ apiKey, aws, entry }: Asked): Refusal | undefined {
  const bearer = entry.headers.authorization?.replace(/^Bearer /, '')
  if (aws ? isSigned(entry, aws) : apiKey === undefined || bearer === apiKey) return undefined
  return {
    status: 403,
    message: 'The request signature we calculated does not match the signature you provided.',
  }
}

/**
 * Claude on Bedrock by InvokeModel: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 * The path says the model and whether the answer is a stream, whose events come in frames, as base64.
 */
export const bedrockInvoke: Speaker = {
  plan(asked) {
    const refusal = stranger(asked)
    if (refusal) return refusal
    const [, model = '', method] = BEDROCK_PATH.exec(asked.entry.path) ?? []
    if (!isObject(asked.entry.body)) return { status: 400, message: 'Malformed input request' }
    const { anthropic_version: version, anthropic_beta: _, ...body } = asked.entry.body
    if (version !== VERSION) return { status: 400, message: 'anthropic_version: Field required' }
    const extra = ['model', 'stream'].find((name) => body[name] !== undefined)
    if (extra !== undefined) {
      return {
        status: 400,
        message: `Malformed input request: #: extraneous key [${extra}] is not permitted`,
      }
    }
    return anthropic.plan({
      ...asked,
      apiKey: undefined,
      entry: {
        ...asked.entry,
        path: '/v1/messages',
        headers: { ...asked.entry.headers, 'anthropic-version': '2023-06-01' },
        body: { ...body, model: plainName(model), stream: method === 'invoke-with-response-stream' },
      },
    })
  },
  framing: { contentType: AWS_EVENT_STREAM, frame: chunkFrame },
  error,
  headers,
}

/**
 * A request of InvokeModel, counted by the model itself: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
 * The id of an inference profile is refused.
 */
export const bedrockCount: Speaker = {
  plan(asked) {
    const refusal = stranger(asked)
    if (refusal) return refusal
    const [, model = ''] = BEDROCK_PATH.exec(asked.entry.path) ?? []
    if (!decodeURIComponent(model).startsWith('anthropic.'))
      return { status: 400, message: "The provided model doesn't support counting tokens." }
    const { body } = asked.entry
    const input = isObject(body) && isObject(body.input) ? body.input : {}
    const inner = isObject(input.invokeModel) ? String(input.invokeModel.body) : ''
    const said: unknown = JSON.parse(Buffer.from(inner, 'base64').toString('utf8') || 'null')
    if (!isObject(said)) return { status: 400, message: 'Malformed input request' }
    const { anthropic_version: version, anthropic_beta: _, max_tokens: cap, ...counted } = said
    if (version !== VERSION) return { status: 400, message: 'anthropic_version: Field required' }
    if (cap === undefined) return { status: 400, message: 'max_tokens: Field required' }
    const plan = countTokens(questionOf(asked, { ...counted, model: plainName(model) }))
    return isRefusal(plan) ? plan : { ...plan, body: (usage) => inAwsWords(plan.body(usage)) }
  },
  error,
  headers,
}

function inAwsWords(answer: string): string {
  return JSON.stringify({ inputTokens: (JSON.parse(answer) as { input_tokens: number }).input_tokens })
}

/** Every other model, and Claude too, by Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const bedrockConverse: Speaker = {
  plan(asked) {
    const refusal = stranger(asked)
    if (refusal) return refusal
    const [, model = '', method] = BEDROCK_PATH.exec(asked.entry.path) ?? []
    const { body } = asked.entry
    if (!isObject(body)) return { status: 400, message: 'Malformed input request' }
    return converse(questionOf(asked, { ...body, model: plainName(model) }), method === 'converse-stream')
  },
  framing: { contentType: AWS_EVENT_STREAM, frame: awsFrame },
  error,
  headers,
}

/** `us.anthropic.claude-haiku-4-5-20251001-v1:0` is `claude-haiku-4-5-20251001`, and billed like it; others keep their name. */
function plainName(model: string): string {
  return decodeURIComponent(model)
    .replace(/^(?:[a-z-]+\.)?anthropic\./, '')
    .replace(/^(claude-.*)-v\d+:\d+$/, '$1')
}

/** An event of Claude's own in a frame; an error is an exception of AWS's. */
function chunkFrame({ name, data }: StreamEvent): Buffer {
  if (name === 'error') {
    return awsFrame({ name: 'modelStreamErrorException', data: JSON.stringify({ message: messageIn(data) }) })
  }
  return awsFrame({
    name: 'chunk',
    data: JSON.stringify({ bytes: Buffer.from(data).toString('base64'), p: 'abcdefgh' }),
  })
}

function messageIn(data: string): string {
  return (JSON.parse(data) as { error: { message: string } }).error.message
}
