import { assetPath } from './asset-path.ts'

/**
 * The one script. Every page works without it: it adds a copy button and a search over long lists, and ignores the second
 * click on a form that is on its way. The server answers that one alike, but the app would hear the answer twice.
 */
export const SCRIPTS = `
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.submitter?.formMethod === 'dialog') return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = 'yes'
  setTimeout(() => delete form.dataset.sent, 5000)
})
for (const shown of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  const what = shown.dataset.copy || shown.closest('dd')?.previousElementSibling?.textContent || 'this'
  button.setAttribute('aria-label', 'Copy ' + what)
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(shown.textContent.trim())
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 2000)
  })
  shown.after(button)
}
for (const list of document.querySelectorAll('[data-search]')) {
  const search = document.createElement('input')
  search.type = 'search'
  search.className = 'search'
  search.placeholder = list.dataset.search
  search.setAttribute('aria-label', list.dataset.search)
  search.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault())
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\\s+/)
    for (const item of list.querySelectorAll('[data-search-text]')) {
      item.hidden = !words.every((word) => item.dataset.searchText.includes(word))
    }
  })
  list.prepend(search)
}
`

export const SCRIPT_PATH = assetPath('js', SCRIPTS)
