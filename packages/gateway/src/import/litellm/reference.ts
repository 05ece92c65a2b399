const ENVIRONMENT = /^os\.environ\/([A-Za-z_][A-Za-z0-9_]*)$/

/** A text of a LiteLLM config as one of ours: `os.environ/NAME` is `${NAME}`, and a plain `${` stays one. */
export function reference(text: string): string {
  const name = ENVIRONMENT.exec(text)?.[1]
  return name === undefined ? text.replaceAll('${', '$$${') : `\${${name}}`
}
