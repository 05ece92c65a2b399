import type { Passage } from '../../wire/passage/passages.ts'
import { endpointClass, TEXT, VISION } from './endpoint-class.ts'
import type { Wish } from './tiers.ts'

/** Whatever else a provider of models may bill for: such a request may use any of its models. */
const OTHER = 'other'

/**
 * All endpoint classes that a request is of: `text` where it is of no other, and `vision` besides where it shows pictures.
 *
 * @param named the classes that any tier names.
 */
export function classesOf(
  { path, passage, pictures = false }: Wish,
  named: ReadonlySet<string>,
): readonly string[] {
  const found = passage ? passageClass(path, passage, named) : endpointClass(path)
  return [found ?? TEXT, ...(pictures ? [VISION] : [])]
}

/**
 * The endpoint class of what is passed through; undefined for what is open to every tier.
 *
 * At a provider of models it is that of the path, and `other` for a path that is known by no class and may cost. An API that
 * serves no models is a class of its own, by its name, once a tier names it: it is then closed to all others.
 *
 * @param named the classes that any tier names.
 */
export function passageClass(
  path: string,
  { provider, cost }: Passage,
  named: ReadonlySet<string>,
): string | undefined {
  if (provider.dialect === 'http') return named.has(provider.name) ? provider.name : undefined
  return endpointClass(path) ?? (cost === 'nothing' ? undefined : OTHER)
}
