import { sources } from './sources.ts'

/** A field of an options interface, as the source has it. */
export interface Option {
  /** `clock`; `timeouts.idleMs` where the options of an option are written in place. */
  readonly name: string
  readonly required: boolean
  /** The default in the source, where it is a literal: `500`, `'enforce'`, `{}`. */
  readonly literal: string | undefined
}

const files = sources('packages/kit/src/**/*.ts').filter(({ path }) => !/\.test(-d)?\.ts$/.test(path))

/** The fields of an exported interface of the kit, inherited ones included; undefined when there is none of this name. */
export function optionsOf(name: string): Option[] | undefined {
  const head = new RegExp(
    `^export interface ${name}(?:<[^{]*>)?(?: extends ([\\w, ]+))? \\{\\n(.*?)^\\}`,
    'ms',
  )
  for (const { code } of files) {
    const [found, parents, body = ''] = head.exec(code) ?? []
    if (found === undefined) continue
    const inherited = parents?.split(', ').flatMap((parent) => optionsOf(parent) ?? []) ?? []
    return [...inherited, ...fieldsOf(body, code)]
  }
  return undefined
}

const FIELD = /^ {2}(?:readonly )?(\w+)(\??)(?:: (.*)|\()/gm
const INNER = /readonly (\w+)(\??):/g

function fieldsOf(body: string, code: string): Option[] {
  return Array.from(body.matchAll(FIELD)).flatMap(([, name = '', mark, type = '']): Option[] => {
    if (!/^\{ .* \}$/.test(type)) return [optionOf(name, name, mark, code)]
    return Array.from(type.matchAll(INNER), ([, inner = '', innerMark]) =>
      optionOf(`${name}.${inner}`, inner, innerMark, code),
    )
  })
}

/** Defaults stand in a signature (`mode = 'enforce'`, `status: budgetStatus = 429`) or where a value is read (`.org ?? 'default'`). */
function optionOf(name: string, key: string, mark: string | undefined, code: string): Option {
  const given = new RegExp(`[{,.]\\s*${key}(?:(?:: \\w+)? =|,? \\?\\?) (${LITERAL})(?=[,;\\s)])`).exec(code)
  return { name, required: mark !== '?', literal: given?.[1] }
}

const LITERAL = String.raw`\d[\d_]*|'[^']*'|true|false|\{[^{}]*\}|\[\]`
