import type { Dialect } from '../../core/dialect.ts'
import type { OpenPaths } from '../hosting.ts'

/** Requests that nobody is billed for; their paths are without the version. */
type Free = OpenPaths & { readonly free: true }
type FreeRow = Omit<Free, 'free'>

const READING = ['GET', 'HEAD', 'DELETE', 'OPTIONS']

/**
 * What costs nothing, because it is on none of the provider's price lists or because its documentation says so: to look at
 * what is stored or running, to delete or cancel it, and to bring a file. Whatever is not here may cost.
 *
 * OpenAI bills for tokens, tool calls, containers, storage of vector stores and training, and not for reading what there is:
 * https://platform.openai.com/docs/pricing. Anthropic: "File API operations are free",
 * https://platform.claude.com/docs/en/build-with-claude/files#pricing; a batch is billed by its messages,
 * https://platform.claude.com/docs/en/build-with-claude/batch-processing#pricing. Gemini: the Files API "is available at no
 * cost", https://ai.google.dev/gemini-api/docs/files; a cache is billed while it stands, and not for being looked at:
 * https://ai.google.dev/gemini-api/docs/caching.
 */
const FREE: Readonly<Partial<Record<Dialect, readonly FreeRow[]>>> = {
  openai: [
    {
      methods: READING,
      paths:
        /^\/(?:files|uploads|batches|fine_tuning\/(?:jobs|checkpoints)|vector_stores|assistants|threads|conversations|evals|containers|videos|(?:responses|chat\/completions)\/[^/]+)(?:\/|$)/,
    },
    { methods: ['POST'], paths: /^\/files$|^\/uploads(?:\/[^/]+\/(?:parts|complete|cancel))?$/ },
    {
      methods: ['POST'],
      paths: /^\/(?:batches|responses|fine_tuning\/jobs|vector_stores\/[^/]+\/file_batches)\/[^/]+\/cancel$/,
    },
    { methods: ['POST'], paths: /^\/fine_tuning\/jobs\/[^/]+\/pause$/ },
  ],
  anthropic: [
    { methods: READING, paths: /^\/(?:messages\/batches|files|skills)(?:\/|$)/ },
    { methods: ['POST'], paths: /^\/files$|^\/messages\/batches\/[^/]+\/cancel$/ },
  ],
  gemini: [
    {
      methods: READING,
      paths:
        /^\/(?:files|cachedContents|batches|operations|tunedModels|fileSearchStores|(?:models|tunedModels)\/[^/]+\/operations)(?:\/|$)/,
    },
    { methods: ['POST'], paths: /^\/batches\/[^/:]+:cancel$/ },
    // A resumable upload is several requests at one path, by either method.
    { methods: ['POST', 'PUT'], paths: /^\/upload\/files$/ },
  ],
  converse: [],
}

/** What costs nothing at whoever's dialect this is. */
export function freeRequests(dialect: Dialect): readonly Free[] {
  return (FREE[dialect] ?? []).map((row) => ({ ...row, free: true }))
}
