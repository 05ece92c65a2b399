import { table } from '../say/table.ts'
import type { SealedKey } from '../secrets/sealed-keys.ts'
import type { Command } from './command.ts'
import { withSealedKeys } from './provider-keys.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

/** `tollgate providers list`: which providers have a sealed key. */
export const providersList: Command = {
  name: 'providers list',
  summary: 'List the providers whose keys are kept sealed, and whether each can be opened.',
  usage: ['--json           print them as JSON, one a line', CONFIG_USAGE],
  options: { ...CONFIG_OPTION, json: { type: 'boolean' } },
  async run(args, world) {
    const kept = await withSealedKeys(args, world, (keys) => keys.list())
    for (const text of args.values.json ? kept.map(asJson) : linesOf(kept)) world.out(text)
    return 0
  },
}

const SAID: Readonly<Record<SealedKey['status'], string>> = {
  open: 'opens',
  unknown_key: 'sealed with a key that is not here',
  tampered: 'changed, or moved from elsewhere',
}

function linesOf(kept: readonly SealedKey[]): string[] {
  if (kept.length === 0) return ['no key is kept sealed']
  const rows = kept.map(({ provider, sealedWith, status }) => [provider, sealedWith, SAID[status]])
  return table([{ title: 'PROVIDER' }, { title: 'SEALED WITH' }, { title: 'STATE' }], rows)
}

function asJson({ provider, sealedWith, status }: SealedKey): string {
  return JSON.stringify({ provider, sealed_with: sealedWith, status })
}
