import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../core/errors.ts'
import { parseObject } from '../core/json-object.ts'

/** Headers that say what a request is for: ours, and those of clients that were made for somebody else's gateway. */
export const TAG_SOURCES = [
  'x-tollgate-tags',
  'x-litellm-tags',
  'x-portkey-metadata',
  'cf-aig-metadata',
] as const
export type TagSource = (typeof TAG_SOURCES)[number]

type Tags = Readonly<Record<string, string>>

/** Tags of one request, at most: they stand in every record. */
const MAX_TAGS = 16
const NAME_MAX_LENGTH = 64
const VALUE_MAX_LENGTH = 256
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u

/**
 * The tags that a request states; undefined when there are none. What is wrong with our own header is refused; of another's,
 * which was not written for us, whatever is no tag is left out.
 *
 * @throws TollgateError `invalid_request` when `x-tollgate-tags` is not as it should be.
 */
export function tagsIn({ headers }: IncomingMessage, sources: readonly TagSource[]): Tags | undefined {
  const tags = new Map<string, string>()
  for (const source of sources) {
    const text = headers[source]
    if (typeof text !== 'string') continue
    const isOurs = source === 'x-tollgate-tags'
    for (const [name, value] of READERS[source](text)) {
      const fits = isTag(name, value) && (tags.has(name) || tags.size < MAX_TAGS)
      if (!fits && isOurs) throw wrong()
      // What was said first counts.
      if (fits && !tags.has(name)) tags.set(name, value!)
    }
  }
  return tags.size === 0 ? undefined : Object.fromEntries(tags)
}

function isTag(name: string, value: string | undefined): value is string {
  if (value === undefined || name === '' || value === '') return false
  return name.length <= NAME_MAX_LENGTH && value.length <= VALUE_MAX_LENGTH && !UNSEEN.test(name + value)
}

type Reader = (text: string) => readonly (readonly [name: string, value: string | undefined])[]

const READERS: Readonly<Record<TagSource, Reader>> = {
  'x-tollgate-tags': (text) => text.split(',').map((pair) => pairIn(pair)),
  // A list of names: https://docs.litellm.ai/docs/proxy/cost_tracking
  'x-litellm-tags': (text) => text.split(',').map((name) => [name.trim(), 'true']),
  // JSON objects: https://portkey.ai/docs/product/observability/metadata,
  // https://developers.cloudflare.com/ai-gateway/configuration/custom-metadata/
  'x-portkey-metadata': fieldsIn,
  'cf-aig-metadata': fieldsIn,
}

/** `feature=search`, percent-encoded where a name or a value has a comma, say. */
function pairIn(pair: string): readonly [string, string | undefined] {
  const [name = '', ...value] = pair.split('=')
  return [decoded(name.trim()) ?? '', value.length === 0 ? undefined : decoded(value.join('=').trim())]
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function fieldsIn(text: string): readonly (readonly [string, string | undefined])[] {
  return Object.entries(parseObject(text) ?? {}).map(([name, value]) => [
    name,
    typeof value === 'object' ? undefined : String(value),
  ])
}

function wrong(): TollgateError {
  return new TollgateError('invalid_request', {
    param: 'x-tollgate-tags',
    message: `\`x-tollgate-tags\` has up to ${MAX_TAGS} tags, as in \`feature=search, env=prod\`: names of up to ${NAME_MAX_LENGTH} characters, values of up to ${VALUE_MAX_LENGTH}, percent-encoded where they have a comma.`,
  })
}
