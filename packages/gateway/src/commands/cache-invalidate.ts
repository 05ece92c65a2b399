import type { CacheStore } from '@tollgate/kit/cache'
import { invalidationsOf, type NamedAnswers } from '../manage/forgotten-answers.ts'
import { openAnswerCache } from '../store/answer-cache.ts'
import { type Args, type Command, textOf, UsageError } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, storeConfigOf } from './with-store.ts'

const NAMES = ['entry', 'model', 'account', 'tag'] as const

/** `tollgate cache invalidate`: forget answers, at once and for all gateways on these stores. */
export const cacheInvalidate: Command = {
  name: 'cache invalidate',
  summary: 'Forget answers that are kept: none of them is served again, by no gateway.',
  usage: [
    '--entry ID       one answer, by what x-tollgate-cache-entry said with it',
    '--model MODEL    those of a model: gpt-4o-mini',
    '--account A      those that are shared below an account: project:faq, user:ada',
    '--tag TAG        those that were made from something: docs-v2',
    '--everything     all of them',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    entry: { type: 'string' },
    model: { type: 'string' },
    account: { type: 'string' },
    tag: { type: 'string' },
    everything: { type: 'boolean' },
  },
  async run(args, world) {
    const { entry, ...named } = namedIn(args)
    const config = storeConfigOf(args, world)
    const cache = await openAnswerCache(config, { now: world.nowMs })
    if (!cache) throw new Error('nothing is answered from a cache here: the config says cache.mode: off')
    try {
      if (entry !== undefined) return await forgetEntry(cache, entry, world.out)
      for (const what of invalidationsOf(config.org, named)) await cache.invalidate(what)
    } finally {
      await cache.close()
    }
    world.out('forgotten: none of these answers is served again')
    return 0
  },
}

/** @throws UsageError unless one of them is named. */
function namedIn(args: Args): NamedAnswers & { readonly entry: string | undefined } {
  const [entry, model, account, tag] = NAMES.map((name) => textOf(args, name))
  const everything = args.values.everything === true ? true : undefined
  const named = [entry, model, account, tag, everything].filter((value) => value !== undefined)
  if (named.length === 1) return { entry, model, account, tag, everything }
  throw new UsageError('name one of --entry, --model, --account, --tag and --everything')
}

async function forgetEntry(cache: CacheStore, id: string, out: (line: string) => void): Promise<number> {
  const wasKept = await cache.delete(id)
  out(wasKept ? `forgotten: ${id}` : `there is no answer ${id}: it may have expired`)
  return wasKept ? 0 : 1
}
