import { resolve } from 'node:path'
import { showUsd } from '@tollgate/kit/core'
import { loadConfig } from '../config/index.ts'
import { questionsOf } from '../pairs/meanings.ts'
import { readPairs } from '../pairs/read-pairs.ts'
import { recordVectors } from '../pairs/recorded-vectors.ts'
import { openEmbedder } from '../pipeline/semantic-tier.ts'
import { openCommandStore } from '../store/open-store.ts'
import { type Command, textOf, UsageError } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, refuseMissing } from './with-store.ts'

/** `tollgate cache record FILE`: have the config's embedder embed a file of questions once, to evaluate it offline. */
export const cacheRecord: Command = {
  name: 'cache record',
  summary:
    'Embed the questions of labelled pairs once, with the embedder of the config, for tollgate cache evaluate.',
  usage: [
    'FILE             pairs: question1, question2, is_duplicate; tab-separated, JSON Lines or a JSON list',
    '--out FILE       where vectors go; what is in it already is not made again',
    '--team NAME      whose budget pays, where the embedder is a provider',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, out: { type: 'string' }, team: { type: 'string' } },
  operands: 1,
  async run(args, world) {
    const { env, cwd, out, nowMs, stopped } = world
    const [to, team] = [textOf(args, 'out'), textOf(args, 'team')]
    if (to === undefined) throw new UsageError('name with --out where the vectors are to go')
    const texts = questionsOf(readPairs(resolve(cwd, args.operands[0]!)))
    const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
    if (config.cache.semantic?.embedder.at === 'provider' && team === undefined)
      throw new UsageError('name with --team whose budget pays for the embeddings')
    refuseMissing(config, world)
    const clock = { now: nowMs }
    const { ledger, close } = await openCommandStore(config, { clock })
    const ending = new AbortController()
    void stopped.then(() => ending.abort())
    try {
      const embedder = openEmbedder({ config, ledger, simulated: undefined, clock })
      if (!embedder) throw new Error('the config names no embedder: cache.embedder')
      const principal = team === undefined ? undefined : { org: config.org, team }
      const recording = { path: resolve(cwd, to), embedder, texts, principal, signal: ending.signal }
      const done = await recordVectors(recording).finally(() => embedder.close?.())
      const { recorded, known, costNanoUsd } = done
      out(`${embedder.id}: ${recorded} texts recorded, ${known} were there, ${showUsd(costNanoUsd)}`)
      return 0
    } finally {
      await close()
    }
  },
}
