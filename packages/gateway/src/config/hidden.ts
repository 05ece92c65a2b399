import { inspect } from 'node:util'

const HIDDEN = '[redacted]'

/**
 * A copy that never shows some of its fields where it is printed, by `console.log`, in JSON, or by an error that it is
 * attached to. Whoever reads a field has it as before.
 */
export function hiding<T extends object>(object: T, ...fields: readonly (keyof T)[]): T {
  const shown = () => {
    const covered = fields.filter((field) => object[field] !== undefined)
    return { ...object, ...Object.fromEntries(covered.map((field) => [field, HIDDEN])) }
  }
  return Object.defineProperties(
    { ...object },
    {
      toJSON: { value: shown },
      [inspect.custom]: {
        value: (_: number, options: Parameters<typeof inspect>[1]) => inspect(shown(), options),
      },
    },
  )
}
