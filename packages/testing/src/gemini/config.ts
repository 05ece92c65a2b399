import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'
import { limitsOf } from '../model/limits.ts'
import type { Prompt } from '../model/speech.ts'
import { invalid } from './errors.ts'
import { field, objectField } from './fields.ts'
import { jsonSchemaOf } from './schema.ts'

/** What a request says of how to generate: https://ai.google.dev/api/generate-content#generationconfig */
export interface Config {
  readonly cap: number
  readonly choices: number
  readonly format?: NonNullable<Prompt['format']>
  /** The model was asked to think, and perhaps to tell what. */
  readonly thinking?: { readonly shown: boolean }
}

const MOST_CHOICES = 8

export function configOf(body: Body, model: string): Config | Refusal {
  const config = objectField(body, 'generationConfig') ?? {}
  const { maxOutputTokens } = limitsOf(model)
  const cap = field(config, 'maxOutputTokens') ?? maxOutputTokens
  if (!isWhole(cap, maxOutputTokens)) {
    return invalid(
      `Unable to submit request because it has a maxOutputTokens value of ${cap} but the supported range is from 1 (inclusive) to ${maxOutputTokens + 1} (exclusive).`,
    )
  }
  const choices = field(config, 'candidateCount') ?? 1
  if (!isWhole(choices, MOST_CHOICES)) return invalid(`candidateCount must be from 1 to ${MOST_CHOICES}.`)
  const thinking = objectField(config, 'thinkingConfig')
  if (
    thinking &&
    field(thinking, 'thinkingBudget') !== undefined &&
    field(thinking, 'thinkingLevel') !== undefined
  ) {
    return invalid('You can only set one of thinking budget and thinking level.')
  }
  const format = formatOf(config)
  return {
    cap,
    choices,
    ...(format ? { format } : {}),
    ...(thinking && field(thinking, 'thinkingBudget') !== 0
      ? { thinking: { shown: field(thinking, 'includeThoughts') === true } }
      : {}),
  }
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}

function formatOf(config: Body): Config['format'] {
  if (field(config, 'responseMimeType') !== 'application/json') return undefined
  const schema = field(config, 'responseJsonSchema') ?? jsonSchemaOf(field(config, 'responseSchema'))
  return isObject(schema) ? { schema } : {}
}
