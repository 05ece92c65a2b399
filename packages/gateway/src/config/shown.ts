import type { Path } from './problem.ts'
import type { Tree } from './yaml.ts'

const MAX_LENGTH = 80

/**
 * What a file shows at a place, to be quoted in a problem. It is looked up in the tree as it was before interpolation, so
 * that `${NAME}` is quoted and never what the variable holds.
 */
export function shownIn(tree: Tree): (path: Path) => string {
  return (path) => {
    const value = path.reduce<unknown>(
      (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
      tree,
    )
    const text = JSON.stringify(value) ?? 'nothing'
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  }
}
