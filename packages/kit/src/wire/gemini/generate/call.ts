import { type Call, MAX_OUTPUT_TOKENS } from '../../call.ts'
import type { Target } from '../../format.ts'
import { invalid, type JsonObject } from '../../json.ts'
import {
  field,
  integerField,
  objectField,
  objectsField,
  textField,
  textsField,
  wordField,
} from '../fields.ts'
import { modelOf } from '../model-path.ts'

/** Google's own bound: https://ai.google.dev/api/generate-content#generationconfig */
const MAX_CANDIDATES = 8

export const STREAMS = ':streamGenerateContent'

/** Read what a request to generateContent may cost: https://ai.google.dev/api/generate-content#request-body */
export function readCall(body: JsonObject, target: Target): Call {
  const model = modelOf(body, target)
  const contents = objectsField(body, 'contents')
  if (contents.length === 0) throw invalid('contents', '`contents` is a list of at least one content.')
  const config = objectField(body, 'generationConfig') ?? {}
  const parts = [...contents, ...objectsField(body, 'systemInstruction')].flatMap(partsOf)
  const tools = objectsField(body, 'tools')
  const cached = field(body, 'cachedContent') !== undefined
  const maxOutputTokens = integerField(config, 'maxOutputTokens', {
    path: 'generationConfig.maxOutputTokens',
    min: 1,
    max: MAX_OUTPUT_TOKENS,
  })
  const modalities = (textsField(config, 'responseModalities') ?? []).map((modality) =>
    modality.toUpperCase(),
  )
  return {
    dialect: 'gemini',
    endpoint: 'generate',
    model,
    stream: isStream(target),
    // Every chunk says it, whether it is asked for or not.
    wantsUsage: true,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    choices: integerField(config, 'candidateCount', { min: 1, max: MAX_CANDIDATES }) ?? 1,
    inputBytes: target.bytes,
    unboundedInput: cached || !parts.every(isText) || tools.some((tool) => field(tool, 'computerUse')),
    audioInput: cached || parts.some(mayBeHeard),
    imageInput: parts.some(mayBeSeen),
    audioOutput: modalities.includes('AUDIO') || field(config, 'speechConfig') !== undefined,
    unpriced: unpricedOf(body, { parts, tools, modalities }),
    structured: tools.length > 0 || STRUCTURED.some((name) => field(config, name) !== undefined),
  }
}

const STRUCTURED = ['responseSchema', 'responseJsonSchema', 'responseMimeType', 'responseFormat'] as const

/**
 * A stream comes as events, which all of Google's SDKs ask for. Without `alt=sse` Google sends one JSON array, which cannot
 * be ended well when it must be cut.
 */
function isStream({ path, query }: Target): boolean {
  if (!path.endsWith(STREAMS)) return false
  const params = new URLSearchParams(query)
  const forms = [...params.getAll('alt'), ...params.getAll('$alt')]
  if (forms.length > 0 && forms.every((form) => form === 'sse')) return true
  throw invalid('alt', 'Streams are served as events: add `?alt=sse` to the URL of streamGenerateContent.')
}

function partsOf(content: JsonObject): readonly JsonObject[] {
  return objectsField(content, 'parts')
}

const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'thought_signature',
  'functionCall',
  'function_call',
])

/** Text, a call of a function or its result, and nothing else: all that its tokens come from stands in the request. */
function isText(part: JsonObject): boolean {
  const result = objectField(part, 'functionResponse')
  if (result) return field(result, 'parts') === undefined
  return Object.keys(part).every((name) => TEXT_FIELDS.has(name))
}

const SILENT = /^(?:image\/|text\/|application\/pdf)/i

/** Sound, films with their sound, and whatever does not say what it is. */
function mayBeHeard(part: JsonObject): boolean {
  const inner = objectField(part, 'functionResponse')
  if (inner) return objectsField(inner, 'parts').some(mayBeHeard)
  const media = objectField(part, 'inlineData') ?? objectField(part, 'fileData')
  return media !== undefined && !SILENT.test(textField(media, 'mimeType') ?? '')
}

/** Pictures, films and documents, and whatever does not say what it is. */
function mayBeSeen(part: JsonObject): boolean {
  const inner = objectField(part, 'functionResponse')
  if (inner) return objectsField(inner, 'parts').some(mayBeSeen)
  const media = objectField(part, 'inlineData') ?? objectField(part, 'fileData')
  if (media) return !/^(?:audio|text)\//i.test(textField(media, 'mimeType') ?? '')
  return !isText(part)
}

interface Asked {
  readonly parts: readonly JsonObject[]
  readonly tools: readonly JsonObject[]
  readonly modalities: readonly string[]
}

/** Tools that the client runs, which cost tokens and nothing else. */
const OWN_TOOLS: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'function_declarations',
  'computerUse',
  'computer_use',
])

/** Features with a price of their own that the book does not have, or that no cap bounds. */
function unpricedOf(body: JsonObject, { parts, tools, modalities }: Asked): string[] {
  const found: string[] = []
  for (const name of tools.flatMap((tool) => Object.keys(tool))) {
    if (!OWN_TOOLS.has(name)) found.push(`tools.${name}`)
  }
  const tier = wordField(body, 'serviceTier') ?? 'STANDARD'
  if (tier !== 'STANDARD' && tier !== 'UNSPECIFIED') found.push('serviceTier')
  // Text and sound have prices; pictures and films are made at one of their own.
  if (modalities.some((modality) => modality !== 'TEXT' && modality !== 'AUDIO')) {
    found.push('generationConfig.responseModalities')
  }
  // The model looks again, as often as it likes: https://ai.google.dev/gemini-api/docs/video-understanding
  if (parts.some((part) => wordField(part, 'mediaProcessing') === 'AGENTIC')) found.push('mediaProcessing')
  return found
}
