import type { WrittenRequest } from '../../format.ts'
import { isObject } from '../../json.ts'
import { adapted, type Carriages, type Feature, lost } from '../../neutral/features.ts'
import type { Quirks } from '../../quirks.ts'
import { CHAT_CARRIAGES } from './carriages.ts'

/** The features that stand in a field of their own, which a provider may not have. */
const FEATURE_OF: Readonly<Record<string, Feature>> = {
  temperature: 'temperature',
  top_p: 'top_p',
  frequency_penalty: 'penalties',
  presence_penalty: 'penalties',
  seed: 'seed',
  logit_bias: 'logit_bias',
  logprobs: 'logprobs',
  stop: 'stop',
  n: 'choices',
  reasoning_effort: 'reasoning_effort',
  verbosity: 'verbosity',
  tool_choice: 'tool_choice',
  parallel_tool_calls: 'single_tool_call',
  user: 'end_user',
  metadata: 'metadata',
  service_tier: 'service_tier',
  prompt_cache_key: 'cache_key',
}

/** What becomes of each feature at a provider of Chat Completions that does not know some of its fields. */
export function carriagesAt({ unsupported = [], developerRole }: Quirks): Carriages {
  const missing = unsupported.flatMap((field) => FEATURE_OF[field] ?? [])
  const all = missing.includes('reasoning_effort') ? [...missing, 'reasoning_budget' as const] : missing
  const none = all.map((feature) => [feature, lost('the provider does not take it: it is left out')] as const)
  return {
    ...CHAT_CARRIAGES,
    ...(developerRole ? { developer: adapted('as system messages') } : {}),
    ...Object.fromEntries(none),
  }
}

/** A request as its provider takes it: without the fields that it would refuse, and in the roles that it knows. */
export function takenAt(
  { body, headers }: WrittenRequest,
  { unsupported = [], developerRole }: Quirks,
): WrittenRequest {
  if (unsupported.length === 0 && !developerRole) return { body, headers }
  const kept = Object.entries(body).filter(([name]) => !unsupported.includes(name))
  const said = kept.map(([name, value]) => [name, name === 'messages' ? inRole(value, developerRole) : value])
  return { body: Object.fromEntries(said), headers }
}

function inRole(messages: unknown, role: Quirks['developerRole']): unknown {
  if (!role || !Array.isArray(messages)) return messages
  return messages.map((said) => (isObject(said) && said.role === 'developer' ? { ...said, role } : said))
}
