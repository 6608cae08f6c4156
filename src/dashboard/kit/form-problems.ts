import { SETTING_ROWS } from '../../apps/settings.ts'
import { API_PROBLEMS, ApiError, type ApiProblem, type FieldError } from '../../errors.ts'

/** What is wrong with a form: by the name of the field, and under no name what concerns the whole of it. */
export type FieldProblems = Readonly<Record<string, readonly string[]>>

/** Of the page with the form: whether something is wrong with it. */
export function formStatus(problems: FieldProblems | readonly string[], refused: 409 | 422 = 422): 200 | 409 | 422 {
  return Object.keys(problems).length > 0 ? refused : 200
}

/** Refusals by field of the form; anything but a refusal of what was typed is thrown on. */
export function problemsOf(error: unknown): FieldProblems {
  if (!(error instanceof ApiError) || !SHOWN_IN_FORMS.has(error.problem)) throw error
  if (error.errors.length === 0) return { '': [error.detail ?? API_PROBLEMS[error.problem].title] }
  const byField = Map.groupBy(error.errors, ({ pointer }) => pointer.split('/')[1] ?? '')
  return Object.fromEntries([...byField].map(([field, errors]) => [field, errors.map(inWords)]))
}

const SHOWN_IN_FORMS = new Set<ApiProblem>([
  'validation-failed',
  'conflict',
  'precondition-failed',
  'idempotency-key-reused',
  'too-many-requests',
])
/** Fields in which an item is a line. */
const LINE_FIELDS = new Set<string>(SETTING_ROWS.flatMap(([name, row]) => ('lines' in row ? [name] : [])))

function inWords({ pointer, detail }: FieldError): string {
  const [, field = '', index] = pointer.split('/')
  return LINE_FIELDS.has(field) && index !== undefined ? `Line ${Number(index) + 1}: ${detail}` : detail
}
