import type { Format } from './format.ts'
import type { Quirks } from './quirks.ts'
import type { Provider } from './routes.ts'

const spoken = new WeakMap<Quirks, Map<Format, Format>>()

/** A format as a provider speaks it: made once for each of its quirks, since there are few of either. */
export function spokenBy({ quirks }: Pick<Provider, 'quirks'>, format: Format): Format {
  if (!quirks || !format.withQuirks) return format
  let known = spoken.get(quirks)
  if (!known) {
    known = new Map()
    spoken.set(quirks, known)
  }
  let own = known.get(format)
  if (!own) {
    own = format.withQuirks(quirks)
    known.set(format, own)
  }
  return own
}
