import type { Dialect } from '../../core/dialect.ts'
import { storedId } from './stored-id.ts'

/** What a path says of stored things, below its provider's base URL. */
export type StoredPlace =
  /** One of them, or something below it. */
  | { readonly at: 'one'; readonly id: string; readonly below: boolean }
  /** A collection: to look at it is to look at everybody's, and to add to it is to own what comes of it. */
  | { readonly at: 'all'; readonly name: string }
  /** Reads what everybody has stored, whatever it is asked. */
  | { readonly at: 'everything' }

/** Collections of things that are somebody's, with what stands in the place of an id and is none. */
interface Collections {
  readonly names: RegExp
  /** What is done to no one of them in particular. */
  readonly verbs: RegExp
  readonly everything: RegExp
}

const NONE = /^$/

/**
 * OpenAI's: https://platform.openai.com/docs/api-reference. Its evals read stored completions and responses of a whole
 * project: https://platform.openai.com/docs/api-reference/evals/createRun. Others of its dialect store agents and libraries
 * (https://docs.mistral.ai/api), which nobody here looks after.
 * Anthropic's: https://platform.claude.com/docs/en/api/overview.
 * Gemini's: https://ai.google.dev/api, and Vertex AI's: https://cloud.google.com/vertex-ai/docs/reference/rest. Batches may be
 * files, whose requests name others: https://ai.google.dev/gemini-api/docs/batch-api.
 * Bedrock's: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html
 */
const COLLECTIONS: Readonly<Partial<Record<Dialect, Collections>>> = {
  openai: {
    names:
      /^\/(?:files|uploads|batches|batch\/jobs|fine_tuning\/jobs|fine_tuning\/checkpoints|vector_stores|assistants|threads|conversations|containers|videos|skills|responses|chat\/completions)(?=\/|$)/,
    verbs: /^(?:runs|input_tokens|compact|edits|extensions|characters)$/,
    everything:
      /^\/(?:evals|fine_tuning\/alpha|agents|libraries|collections|fine-tunes|audio\/voices|audio\/voice_consents)(?:\/|$)/,
  },
  anthropic: {
    names: /^\/(?:messages\/batches|files|skills)(?=\/|$)/,
    verbs: NONE,
    everything: /^\/(?:agents|sessions|environments|vaults|memory_stores)(?:\/|$)/,
  },
  gemini: {
    names:
      /^\/(?:files|cachedcontents|batches|operations|tunedmodels|filesearchstores|corpora|interactions|batchpredictionjobs|tuningjobs|models\/[^/]+\/operations)(?=\/|$)/,
    verbs: NONE,
    everything: /^\/generatedfiles(?:\/|$)|:(?:batchgeneratecontent|asyncbatchembedcontent)$/,
  },
  converse: {
    names: /^\/(?:model-invocation-jobs?|model-customization-jobs|async-invoke)(?=\/|$)/,
    verbs: NONE,
    everything: NONE,
  },
}

/**
 * What a path asks for of what a provider stores; undefined where it is of none of its collections.
 *
 * @param path without its version and its query, each segment as a server reads it.
 */
export function storedPlace(dialect: Dialect, path: string): StoredPlace | undefined {
  const collections = COLLECTIONS[dialect]
  // What is done to something stands behind a colon, which some servers read escaped as well.
  const folded = path.toLowerCase().replaceAll('%3a', ':')
  if (!collections) return undefined
  if (collections.everything.test(folded)) return { at: 'everything' }
  const [name] = collections.names.exec(folded) ?? []
  if (name === undefined) return undefined
  const [, id = '', ...below] = path.slice(name.length).split('/')
  if (id === '' || collections.verbs.test(id.toLowerCase())) return { at: 'all', name }
  return { at: 'one', id: idOf(dialect, path, name, id), below: below.length > 0 }
}

/** Gemini's names have their collection in them, and what is done to them behind a colon. */
function idOf(dialect: Dialect, path: string, name: string, id: string): string {
  if (dialect !== 'gemini') return storedId(id) ?? id
  const [bare = ''] = id.split(':')
  return storedId(`${path.slice(1, name.length)}/${bare}`) ?? id
}
