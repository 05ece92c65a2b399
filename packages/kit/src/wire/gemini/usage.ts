import { isCount, isObject, type JsonObject } from '../json.ts'
import { inputTokens, type ServiceTier, type Usage } from '../usage.ts'

/**
 * Gemini's `usageMetadata`. `promptTokenCount` includes what came from a cache, and leaves out what the provider's own tools
 * fed back to the model (`toolUsePromptTokenCount`), which is billed as input; `candidatesTokenCount` leaves out thoughts
 * (`thoughtsTokenCount`), which are billed as output; `totalTokenCount` is the sum of the four. The lists of details split
 * the counts by modality. Pictures, films and documents are billed as text is; sound has a price of its own, cached or not,
 * and so have pictures that are made.
 *
 * Sources: https://ai.google.dev/api/generate-content#UsageMetadata, https://ai.google.dev/gemini-api/docs/pricing
 *
 * Undefined when it says nothing, or what cannot be: that is counted instead.
 */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const prompt = countIn(said, 'promptTokenCount')
  const cached = countIn(said, 'cachedContentTokenCount')
  const toolUse = countIn(said, 'toolUsePromptTokenCount')
  const candidates = countIn(said, 'candidatesTokenCount')
  const thoughts = countIn(said, 'thoughtsTokenCount')
  const total = countIn(said, 'totalTokenCount')
  const isSaid = prompt + cached + toolUse + candidates + thoughts + total > 0
  if (!isSaid) return undefined

  const input = prompt + toolUse
  const inCache = Math.min(cached, prompt)
  const audioInput = Math.min(
    input,
    of(said.promptTokensDetails, 'AUDIO') + of(said.toolUsePromptTokensDetails, 'AUDIO'),
  )
  const cachedInput = Math.min(
    inCache - Math.min(inCache, of(said.cacheTokensDetails, 'AUDIO')),
    input - audioInput,
  )
  const seen = of(said.promptTokensDetails, 'IMAGE') + of(said.toolUsePromptTokensDetails, 'IMAGE')
  const imageInput = Math.min(
    Math.max(0, seen - of(said.cacheTokensDetails, 'IMAGE')),
    input - audioInput - cachedInput,
  )
  // Early chunks and older models leave some counts out, and say them in the total alone.
  const output = Math.max(candidates + thoughts, total - input)
  const audioOutput = Math.min(of(said.candidatesTokensDetails, 'AUDIO'), output)
  const imageOutput = Math.min(of(said.candidatesTokensDetails, 'IMAGE'), output - audioOutput)
  const serviceTier = tierOf(said)
  return {
    input: input - cachedInput - audioInput - imageInput,
    output: output - audioOutput - imageOutput,
    ...(cachedInput > 0 ? { cachedInput } : {}),
    ...(audioInput > 0 ? { audioInput } : {}),
    ...(imageInput > 0 ? { imageInput } : {}),
    ...(audioOutput > 0 ? { audioOutput } : {}),
    ...(imageOutput > 0 ? { imageOutput } : {}),
    ...(thoughts > 0 ? { reasoning: thoughts } : {}),
    ...(serviceTier ? { serviceTier } : {}),
  }
}

/** A count that is absent is none; NaN, which spoils the sum, when it is no count. */
function countIn(said: JsonObject, name: string): number {
  const count = said[name] ?? 0
  return isCount(count) ? count : Number.NaN
}

/** The tokens of one modality among the details of a count. */
function of(details: unknown, modality: string): number {
  if (!Array.isArray(details)) return 0
  const counts = details.filter(isObject).filter((detail) => detail.modality === modality)
  return counts.reduce((sum, { tokenCount }) => sum + (isCount(tokenCount) ? tokenCount : 0), 0)
}

/** The Gemini API names the tier, Vertex the kind of traffic: https://ai.google.dev/gemini-api/docs/optimization */
function tierOf({ serviceTier, trafficType }: JsonObject): ServiceTier | undefined {
  const named = `${serviceTier ?? ''} ${trafficType ?? ''}`.toLowerCase()
  if (named.includes('flex')) return 'flex'
  return named.includes('priority') ? 'priority' : undefined
}

/** A usage as Gemini says it. What its kinds do not tell apart is input, or output. */
export function writeUsage(usage: Usage): JsonObject {
  const {
    cachedInput = 0,
    audioInput = 0,
    audioOutput = 0,
    imageOutput = 0,
    reasoning = 0,
    serviceTier,
  } = usage
  const prompt = inputTokens(usage)
  const candidates = usage.output - reasoning + audioOutput + imageOutput
  return {
    promptTokenCount: prompt,
    ...(cachedInput > 0 ? { cachedContentTokenCount: cachedInput } : {}),
    candidatesTokenCount: candidates,
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
    totalTokenCount: prompt + candidates + reasoning,
    ...detailsOf('promptTokensDetails', { TEXT: prompt - audioInput, AUDIO: audioInput }),
    ...detailsOf('candidatesTokensDetails', {
      TEXT: candidates - audioOutput - imageOutput,
      AUDIO: audioOutput,
      IMAGE: imageOutput,
    }),
    ...(serviceTier === 'flex' || serviceTier === 'priority' ? { serviceTier } : {}),
  }
}

/** Counts by modality, where there is more than text. */
function detailsOf(name: string, { TEXT = 0, ...others }: Readonly<Record<string, number>>): JsonObject {
  const more = Object.entries(others).filter(([, tokenCount]) => tokenCount > 0)
  if (more.length === 0) return {}
  const all = TEXT > 0 ? [['TEXT', TEXT] as const, ...more] : more
  return { [name]: all.map(([modality, tokenCount]) => ({ modality, tokenCount })) }
}
