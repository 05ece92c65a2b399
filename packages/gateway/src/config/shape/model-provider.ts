import type { BudgetEntry } from '@tollgate/kit/ledger'
import { type Dialect, PRESETS, presetAt, presetNamed } from '@tollgate/kit/wire'
import type { z } from 'zod'
import type { Provider } from '../config.ts'
import { nearest } from '../nearest.ts'
import { complain, type Sentence } from './fields.ts'
import { HOST_NAMES, type HostField, statedHost } from './host.ts'

/** A provider of models as stated, with what its preset and its dialect say besides. */
export type StatedProvider = Omit<Provider, 'name' | 'apiKeyFrom' | 'budgets'> & {
  readonly budgets: readonly BudgetEntry[]
}

/** Its fields as they stand in the file. */
export interface FiledProvider extends Partial<Record<HostField, string | undefined>> {
  readonly preset?: string | undefined
  readonly dialect?: Dialect | undefined
  readonly baseUrl?: string | undefined
  readonly apiKey?: string | undefined
  readonly apiKeys?: Provider['apiKeys'] | undefined
  readonly load?: Provider['load'] | undefined
  readonly budgets: readonly BudgetEntry[]
  readonly billing?: Provider['billing'] | undefined
  readonly conversations?: Provider['conversations'] | undefined
  readonly buckets?: Provider['buckets'] | undefined
  readonly models?: Provider['models'] | undefined
  readonly meter?: Provider['meter'] | undefined
  readonly meters?: Provider['meters'] | undefined
  readonly discount?: string | undefined
}

/** What a host speaks to whoever does not ask for one model in particular. */
const HOST_DIALECT: Readonly<Record<string, Dialect>> = {
  azure: 'openai',
  vertex: 'gemini',
  bedrock: 'converse',
}

/** In place of a key: it is kept beside the books. */
export const SEALED = 'sealed'

const NAMES: readonly string[] = [...PRESETS.map(({ name }) => name), ...HOST_NAMES]

/**
 * Fill in what a preset knows, under what is stated. A provider that is named like a preset need not say so. One that
 * states its own dialect and address takes only the preset's quirks from it, and never that it costs nothing.
 */
export function statedProvider(
  name: string,
  filed: FiledProvider,
  context: z.core.$RefinementCtx,
): StatedProvider {
  const fail = (field: string, sentence: Sentence) => complain(context, sentence, [name, field])
  if (filed.preset !== undefined && !NAMES.includes(filed.preset))
    return fail('preset', noPreset(filed.preset))
  const preset = presetOf(name, filed)
  const { host, problems } = statedHost(preset, filed)
  for (const { field, sentence } of problems) fail(field, () => sentence)
  const known = preset === undefined ? undefined : presetNamed(preset)
  const spoken = known?.dialect ?? (host && HOST_DIALECT[host.kind])
  if (spoken !== undefined && filed.dialect !== undefined && filed.dialect !== spoken) {
    return fail('dialect', (shown) => `${shown} is not what preset ${preset} speaks: leave it out`)
  }
  const dialect = filed.dialect ?? spoken
  if (dialect === undefined) return fail('dialect', () => noDialect(name))
  const relied = filed.preset !== undefined || filed.dialect === undefined
  const { billing = (relied ? known?.billing : undefined) ?? 'metered', models = {}, meters = {} } = filed
  return {
    preset,
    host,
    dialect,
    baseUrl: filed.baseUrl ?? known?.baseUrl ?? presetNamed(dialect)?.baseUrl ?? '',
    ...(filed.apiKey === SEALED ? { apiKey: undefined, sealed: true } : { apiKey: filed.apiKey }),
    apiKeys: filed.apiKeys,
    load: filed.load,
    budgets: filed.budgets,
    billing,
    conversations: filed.conversations ?? 'owned',
    ...(filed.buckets && { buckets: filed.buckets }),
    ...(filed.discount !== undefined && { discount: filed.discount }),
    models,
    meter: filed.meter,
    meters,
  }
}

/** Stated, or known by its name, or by its address: unless it states that it speaks another dialect. */
function presetOf(name: string, { preset, dialect, baseUrl }: FiledProvider): string | undefined {
  if (preset !== undefined) return preset
  if (HOST_NAMES.includes(name) && dialect === undefined) return name
  const known = presetNamed(name) ?? (baseUrl === undefined ? undefined : presetAt(baseUrl))
  return known && (dialect === undefined || dialect === known.dialect) ? known.name : undefined
}

function noPreset(preset: string): Sentence {
  const meant = nearest(preset, NAMES)
  return (shown) =>
    `${shown} is no provider that is known: ${meant ? `did you mean ${meant}?` : `known are ${NAMES.join(', ')}`}`
}

function noDialect(name: string): string {
  const meant = nearest(name, NAMES)
  const preset = meant ? `preset: ${meant}` : 'its preset'
  return `is missing: write openai, anthropic or gemini, or ${preset} where that is who it is`
}
