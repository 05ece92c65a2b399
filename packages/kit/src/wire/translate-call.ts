import type { Dialect } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { ConversationEndpoint } from './endpoint.ts'
import type { Changes, Edits, Format, Serving, Translation } from './format.ts'
import { formatOf } from './formats.ts'
import type { Conversation } from './neutral/conversation.ts'
import { type Feature, featuresOf } from './neutral/features.ts'
import { withReadableSeals } from './neutral/readable-seals.ts'
import { modelBehind, type Provider } from './provider.ts'
import type { ReceivedCall } from './received-call.ts'
import { spokenBy } from './spoken-by.ts'
import { targetOf } from './target.ts'
import { type Embedded, type TranslatedEmbedding, translateEmbedding } from './translate-embedding.ts'

/** A format that conversations can be said in, by its clients. */
export type TranslatingFormat = Format & {
  readonly endpoint: ConversationEndpoint
  readonly translation: Translation
}

/** A call in the words of the provider that is to serve it. */
export interface TranslatedCall {
  /** The client's format; for embeddings that of its dialect's conversations, which says what goes wrong. */
  readonly from: TranslatingFormat
  readonly to: Format
  /** The half of `to` that answers are read by. */
  readonly serving: Serving
  /** Who seals what is thought for it, where nobody else of its dialect could read that. */
  readonly sealer: string | undefined
  readonly path: string
  readonly bytes: Buffer
  /** What the provider's dialect wants with it. */
  readonly headers: Readonly<Record<string, string>>
  /** What it could not say, and goes without. */
  readonly lost: readonly Feature[]
  /** Gives a client the embeddings that it has asked for; of a conversation the answer is read by `serving`. */
  readonly embedded?: Embedded
}

export interface TranslateTarget extends Changes {
  readonly model: string
  /** The most that the model answers with, tokens: for dialects that require a cap where the client gave none. */
  readonly modelMaxOutput: number
  /** What whoever hosts the provider wants in a body besides, or out of it. */
  readonly fieldsFor?: (to: Format, path: string) => Edits
}

/** Where conversations go that came in another dialect, at providers that say nothing else. */
const CONVERSATION: Readonly<Record<Dialect, ConversationEndpoint>> = {
  openai: 'chat',
  anthropic: 'messages',
  gemini: 'generate',
  converse: 'converse',
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
  { model, maxOutputTokens, modelMaxOutput, fieldsFor = () => ({}) }: TranslateTarget,
): TranslatedCall {
  const embedding = call.format.embedding && translateEmbedding(call, provider, model)
  if (embedding) return embeddingCall(call, provider, { embedding, fieldsFor })
  const from = call.format
  const servings = servingsOf(provider).filter(({ to }) => to.endpoint !== from.endpoint)
  if (!isTranslating(from) || servings.length === 0) throw noCounterpart(call, provider)
  const conversation = from.translation.readRequest(call.body, call.target)
  const sealer = sealerOf(provider)
  const { to, serving, lost } = leastLossy(conversation, servings, sealer)
  const readable = withReadableSeals(conversation, to.endpoint as ConversationEndpoint, sealer)
  const { body, headers } = serving.writeRequest(readable, {
    maxOutputTokens: maxOutputTokens ?? modelMaxOutput,
    model: modelBehind({ provider, model }),
  })
  const path = to.path({ model, stream: call.stream })
  const said = to.read(body, targetOf(path, 0))
  const changes = { model, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) }
  const whole = { ...body, ...to.edits(said, body, changes), ...fieldsFor(to, path) }
  return { from, to, serving, sealer, path, bytes: Buffer.from(JSON.stringify(whole)), headers, lost }
}

/** Embeddings are no conversation; what goes wrong with them is said as it is in the dialects' conversations. */
function embeddingCall(
  { format }: ReceivedCall,
  provider: Provider,
  {
    embedding: { to, path, body, answer, lost },
    fieldsFor,
  }: { readonly embedding: TranslatedEmbedding } & Required<Pick<TranslateTarget, 'fieldsFor'>>,
): TranslatedCall {
  const [theirs] = servingsOf(provider)
  const from = formatOf(CONVERSATION[format.dialect]) as TranslatingFormat
  return {
    from,
    to,
    serving: theirs!.serving,
    sealer: undefined,
    path,
    bytes: Buffer.from(JSON.stringify({ ...body, ...fieldsFor(to, path) })),
    headers: {},
    lost,
    embedded: answer,
  }
}

interface ServingFormat {
  readonly to: Format
  readonly serving: Serving
}

/** The endpoints at which a provider takes conversations of other dialects, as it speaks them. */
function servingsOf(provider: Provider): ServingFormat[] {
  const endpoints = provider.quirks?.conversations ?? [CONVERSATION[provider.dialect]]
  return endpoints.flatMap((endpoint) => {
    const format = formatOf(endpoint)
    const to = format && spokenBy(provider, format)
    const serving = to && (to.translation ?? to.serving)
    return serving ? [{ to, serving }] : []
  })
}

/** The one that can say most of it; the first of several. */
function leastLossy(
  conversation: Conversation,
  servings: readonly ServingFormat[],
  sealer: string | undefined,
): ServingFormat & { readonly lost: readonly Feature[] } {
  const [first, ...others] = servings.map((one) => ({ ...one, lost: lostOf(conversation, one, sealer) }))
  return others.reduce((best, one) => (one.lost.length < best.lost.length ? one : best), first!)
}

/** What a dialect cannot say of a conversation. */
function lostOf(
  conversation: Conversation,
  { to, serving: { carries } }: ServingFormat,
  sealer: string | undefined,
): readonly Feature[] {
  const features = featuresOf(conversation, to.endpoint as ConversationEndpoint, sealer)
  return [...features.keys()].filter((feature) => carries[feature].is === 'lost')
}

/** Claude and Gemini know their own thoughts again wherever they are hosted; others seal with a key of one provider's. */
function sealerOf({ name, dialect }: Provider): string | undefined {
  return dialect === 'anthropic' || dialect === 'gemini' ? undefined : name
}

function isTranslating(format: Format): format is TranslatingFormat {
  return format.translation !== undefined
}

function noCounterpart({ endpoint, model }: ReceivedCall, { name }: Provider): TollgateError {
  return new TollgateError('endpoint_not_found', {
    message: `${name}, which serves ${model} here, has nothing that takes the place of ${endpoint}.`,
  })
}
