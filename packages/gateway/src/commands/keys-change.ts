import { hint } from '../config/nearest.ts'
import { changeKey } from '../manage/keys.ts'
import { type Args, type Command, textsOf, UsageError, type World } from './command.ts'
import { KEY_FIELD_OPTIONS, KEY_FIELD_USAGE, keyFields } from './key-fields.ts'
import { manageHere, operatorHere } from './manage-as.ts'
import { keyObject, showKey } from './show-key.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** Each option of a key by the field that it states: what `--clear` takes away. */
const CLEARED: Readonly<Record<string, object>> = {
  team: { team: null },
  project: { project: null },
  user: { user: null },
  tier: { tier: null },
  label: { label: null },
  expires: { expires_at: null },
  model: { scopes: { models: null } },
  endpoint: { scopes: { endpoints: null } },
  address: { scopes: { addresses: null } },
  origin: { scopes: { origins: null } },
  'max-cost': { scopes: { max_cost_usd: null } },
  rpm: { scopes: { rates: { rpm: null } } },
  tpm: { scopes: { rates: { tpm: null } } },
  concurrency: { scopes: { rates: { concurrency: null } } },
}

/** `tollgate keys change ID`: whose a key is and what it is confined to, within a second on every running gateway. */
export const keysChange: Command = {
  name: 'keys change',
  summary: 'Move a virtual key, or confine it; a running gateway goes by it within a second.',
  usage: [
    ...KEY_FIELD_USAGE,
    '--clear OPTION   take away what one of these says: --clear model; may be given again',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    ...KEY_FIELD_OPTIONS,
    clear: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  operands: 1,
  run(args, world) {
    const patch = patchOf(args, world)
    return withStore(args, world, {}, async (store, config) => {
      const target = { id: args.operands[0]! }
      const key = await changeKey(manageHere(store, config, world), operatorHere(), target, patch)
      if (args.values.json) world.out(JSON.stringify(keyObject(key)))
      else showKey(world, key)
      return 0
    })
  },
}

function patchOf(args: Args, world: World): Record<string, unknown> {
  const stated = keyFields(args, world)
  const patches = textsOf(args, 'clear').map((option) => {
    const patch = CLEARED[option]
    if (!patch) throw new UsageError(`--clear ${option} is not known: ${hint(option, Object.keys(CLEARED))}`)
    return patch as Record<string, unknown>
  })
  const all = [...patches, stated]
  if (all.every((patch) => Object.keys(patch).length === 0))
    throw new UsageError('keys change has nothing to change: name an option')
  const scopes = Object.assign({}, ...all.map((patch) => patch.scopes))
  return { ...Object.assign({}, ...all), ...(Object.keys(scopes).length > 0 && { scopes }) }
}
