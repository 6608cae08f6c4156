/**
 * What a spreadsheet would run as a formula when a cell begins with it. Where the semicolon separates lists, it also
 * separates cells, whatever stands in quotation marks: so what follows one is a beginning too.
 */
const FORMULA = /(^|[;,\t\r\n])(\s*)([=+\-@＝＋－＠]|[\t\r])/g
/** Tells spreadsheets that the file is UTF-8; for the head of it. */
export const BYTE_ORDER_MARK = '\ufeff'

/** One record of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvRecord(values: readonly (string | number | null)[]): string {
  return `${values.map(field).join(',')}\r\n`
}

function field(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = value.replaceAll(FORMULA, "$1$2'$3")
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
