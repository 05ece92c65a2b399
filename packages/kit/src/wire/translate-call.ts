import type { Dialect } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { ConversationEndpoint } from './endpoint.ts'
import type { Changes, Format, Translation } from './format.ts'
import { formatOf } from './formats.ts'
import type { Conversation } from './neutral/conversation.ts'
import { type Feature, featuresOf } from './neutral/features.ts'
import type { ReceivedCall } from './received-call.ts'
import type { Provider } from './routes.ts'
import { targetOf } from './target.ts'

/** A format that conversations can be said in. */
export type TranslatingFormat = Format & {
  readonly endpoint: ConversationEndpoint
  readonly translation: Translation
}

/** A call in the words of the provider that is to serve it. */
export interface TranslatedCall {
  readonly from: TranslatingFormat
  readonly to: TranslatingFormat
  readonly path: string
  readonly bytes: Buffer
  /** What the provider's dialect wants with it. */
  readonly headers: Readonly<Record<string, string>>
  /** What it could not say, and goes without. */
  readonly lost: readonly Feature[]
}

export interface TranslateTarget extends Changes {
  readonly model: string
  /** The most that the model answers with, tokens: for dialects that require a cap where the client gave none. */
  readonly modelMaxOutput: number
}

/** Where conversations go that came in another dialect, or to a provider that lacks the client's own endpoint. */
const CONVERSATION: Readonly<Record<Dialect, ConversationEndpoint>> = {
  openai: 'chat',
  anthropic: 'messages',
  gemini: 'generate',
}

/** Whether a provider serves a call in the very words of its client. */
export function speaks({ dialect, endpoints }: Provider, { format }: ReceivedCall): boolean {
  return dialect === format.dialect && (endpoints === undefined || endpoints.includes(format.endpoint))
}

/**
 * Say a call in the dialect of a provider.
 *
 * @throws TollgateError `invalid_request` when it cannot be said in any other dialect than its own (a conversation that is
 * stored at a provider, say), naming the field; `endpoint_not_found` when its endpoint has no counterpart there.
 */
export function translateCall(
  call: ReceivedCall,
  provider: Provider,
  { model, maxOutputTokens, modelMaxOutput }: TranslateTarget,
): TranslatedCall {
  const from = call.format
  const to = formatOf(CONVERSATION[provider.dialect])
  if (!isTranslating(from) || !to || !isTranslating(to) || from === to) throw noCounterpart(call, provider)
  const conversation = from.translation.readRequest(call.body, call.target)
  const { body, headers } = to.translation.writeRequest(conversation, {
    maxOutputTokens: maxOutputTokens ?? modelMaxOutput,
    model,
  })
  const path = to.path({ model, stream: call.stream })
  const said = to.read(body, targetOf(path, 0))
  const changes = { model, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) }
  return {
    from,
    to,
    path,
    bytes: Buffer.from(JSON.stringify({ ...body, ...to.edits(said, body, changes) })),
    headers,
    lost: lostOf(conversation, to),
  }
}

/** What a dialect cannot say of a conversation. */
function lostOf(
  conversation: Conversation,
  { endpoint, translation: { carries } }: TranslatingFormat,
): readonly Feature[] {
  return [...featuresOf(conversation, endpoint).keys()].filter((feature) => carries[feature].is === 'lost')
}

function isTranslating(format: Format): format is TranslatingFormat {
  return format.translation !== undefined
}

function noCounterpart({ endpoint, model }: ReceivedCall, { name }: Provider): TollgateError {
  return new TollgateError('endpoint_not_found', {
    message: `${name}, which serves ${model} here, has nothing that takes the place of ${endpoint}.`,
  })
}
