import type { Refusal } from '../behaviour.ts'
import type { Body, Question } from '../dialect.ts'
import { invalid } from './errors.ts'

/** Of a request that is counted: https://platform.claude.com/docs/en/api/messages/count_tokens */
const COUNTED = [
  'cache_control',
  'compaction',
  'context_management',
  'diagnostics',
  'mcp_servers',
  'messages',
  'model',
  'output_config',
  'output_format',
  'speed',
  'system',
  'thinking',
  'thread',
  'tool_choice',
  'tools',
] as const

/** https://platform.claude.com/docs/en/api/messages/create, betas included. */
const FIELDS: ReadonlySet<string> = new Set([
  ...COUNTED,
  'billing_policy',
  'container',
  'fallback_credit_token',
  'fallbacks',
  'inference_geo',
  'max_tokens',
  'metadata',
  'service_tier',
  'stop_sequences',
  'stream',
  'temperature',
  'top_k',
  'top_p',
  'user_profile_id',
  'workspace_id',
])
const COUNTED_FIELDS: ReadonlySet<string> = new Set(COUNTED)

/** Whoever translates another dialect into this one is told of every field that has come along by mistake. */
export function unknownField(body: Body, endpoint: 'messages' | 'count_tokens'): Refusal | undefined {
  const known = endpoint === 'messages' ? FIELDS : COUNTED_FIELDS
  const unknown = Object.keys(body).find((name) => !known.has(name))
  return unknown === undefined ? undefined : invalid(`${unknown}: Extra inputs are not permitted`)
}

const VERSIONS: ReadonlySet<unknown> = new Set(['2023-01-01', '2023-06-01', '2026-10-21'])
/** The version that takes no sampling fields, whatever the model. */
const WITHOUT_SAMPLING = '2026-10-21'

/** https://platform.claude.com/docs/en/api/versioning */
export function wrongVersion({ headers }: Pick<Question, 'headers'>): Refusal | undefined {
  const version = headers['anthropic-version']
  if (version === undefined) return invalid('anthropic-version: header is required')
  return VERSIONS.has(version) ? undefined : invalid(`anthropic-version: "${version}" is not a valid version`)
}

const SAMPLING = ['temperature', 'top_p', 'top_k'] as const

/** What of sampling the version of the API refuses, and the model. */
export function refusedSampling({ headers, body }: Question, model: string): Refusal | undefined {
  const asked = SAMPLING.filter((name) => body[name] !== undefined)
  const [first] = asked
  if (first === undefined) return undefined
  if (headers['anthropic-version'] === WITHOUT_SAMPLING)
    return invalid(`${first}: Extra inputs are not permitted`)
  if (takesNoSampling(model)) return invalid(`\`${first}\` is not supported with this model.`)
  const { temperature, top_p: topP } = body
  if (temperature !== undefined && topP !== undefined) {
    return invalid('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
  }
  if (
    temperature !== undefined &&
    !(typeof temperature === 'number' && temperature >= 0 && temperature <= 1)
  ) {
    return invalid('temperature: range: 0..1')
  }
  return undefined
}

/** Claude 4.7 and what came after it: https://platform.claude.com/docs/en/about-claude/models/migration-guide */
function takesNoSampling(model: string): boolean {
  const [, major, minor] = /claude-[a-z]+-(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(model) ?? []
  return Number(major) > 4 || (Number(major) === 4 && Number(minor ?? 0) >= 7)
}
