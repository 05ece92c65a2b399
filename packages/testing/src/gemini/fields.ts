import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'
import { invalid } from './errors.ts'

/** A field by its camelCase name: Google's JSON may be written in snake_case as well. https://protobuf.dev/programming-guides/json/ */
export function field(of: Body, name: string): unknown {
  return of[name] ?? of[snakeCase(name)] ?? undefined
}

export function objectField(of: Body, name: string): Body | undefined {
  const value = field(of, name)
  return isObject(value) ? value : undefined
}

/** A list of objects, or one of them by itself. */
export function objectsField(of: Body, name: string): readonly Body[] {
  const value = field(of, name)
  return [value].flat().filter(isObject)
}

/** A word of an enum, in capitals. */
export function wordField(of: Body, name: string): string | undefined {
  const value = field(of, name)
  return typeof value === 'string' ? value.toUpperCase() : undefined
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** https://ai.google.dev/api/generate-content#request-body */
const REQUEST: ReadonlySet<string> = new Set([
  'cachedContent',
  'contents',
  'generationConfig',
  'model',
  'safetySettings',
  'serviceTier',
  'store',
  'systemInstruction',
  'toolConfig',
  'tools',
])

/** https://ai.google.dev/api/generate-content#generationconfig */
const CONFIG: ReadonlySet<string> = new Set([
  'audioTimestamp',
  'candidateCount',
  'enableAffectiveDialog',
  'enableEnhancedCivicAnswers',
  'frequencyPenalty',
  'imageConfig',
  'logprobs',
  'maxOutputTokens',
  'mediaResolution',
  'presencePenalty',
  'responseFormat',
  'responseJsonSchema',
  'responseLogprobs',
  'responseMimeType',
  'responseModalities',
  'responseSchema',
  'seed',
  'speechConfig',
  'stopSequences',
  'temperature',
  'thinkingConfig',
  'topK',
  'topP',
])

/** Whoever translates another dialect into this one is told of every field that has come along by mistake. */
export function unknownField(body: Body): Refusal | undefined {
  const config = objectField(body, 'generationConfig') ?? {}
  const [unknown] = [
    ...Object.keys(body).filter((name) => !REQUEST.has(camelCase(name))),
    ...Object.keys(config).filter((name) => !CONFIG.has(camelCase(name))),
  ]
  if (unknown === undefined) return undefined
  return invalid(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`)
}
