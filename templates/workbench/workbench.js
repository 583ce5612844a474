// 工作台各页共用：发请求、提示、登录退出、上传核对。只用本机的接口。
const csrf = document.querySelector('meta[name="csrf"]')?.content ?? ''
const notice = document.getElementById('notice')

export function tell (text, kind = '') {
  notice.textContent = text
  notice.className = `notice ${kind}`
  notice.hidden = !text
  if (text && kind === 'error') notice.scrollIntoView({ block: 'nearest' })
}

// 发请求；不成时抛出 {status, title, problems, conflicts}
export async function send (method, path, body, signal) {
  const headers = { 'X-CSRF-Token': csrf }
  if (body !== undefined && !(body instanceof FormData)) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(body)
  }
  let response
  try {
    response = await fetch(path, { method, headers, body, signal })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw Object.assign(new Error('连不上工作台：程序可能已经关闭。修改还在，重新启动后再试。'), { status: 0, problems: [] })
  }
  const data = response.headers.get('content-type')?.includes('json') ? await response.json() : await response.text()
  if (response.status === 401) {
    throw Object.assign(new Error('登录已过期。请在另一个窗口重新登录，再回来继续；修改还在。'), { status: 401, problems: [] })
  }
  if (!response.ok) throw Object.assign(new Error(data.title ?? '出错了'), { problems: [], ...data, status: response.status })
  return data
}

export function element (name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
    else if (key === 'class') made.className = value
    else if (value === true) made.setAttribute(key, '')
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value)
  }
  made.append(...children.filter(child => child !== null && child !== undefined))
  return made
}

export function listed (problems) {
  return element('ul', { class: 'problems' }, ...problems.map(one => element('li', {}, one.text ?? `${one.path ?? ''} ${one.message}`)))
}

export async function working (button, work) {
  button.disabled = true
  button.classList.add('working')
  try {
    return await work()
  } catch (error) {
    tell([error.message, ...(error.problems ?? []).slice(0, 20).map(one => one.text ?? one.message)].filter((line, n, all) => all.indexOf(line) === n).join('\n'), 'error')
    return undefined
  } finally {
    button.disabled = false
    button.classList.remove('working')
  }
}

document.querySelector('[data-sign-out]')?.addEventListener('click', async event => {
  await working(event.target, () => send('POST', '/logout'))
  location.href = '/login'
})

document.querySelector('[data-new]')?.addEventListener('submit', async event => {
  event.preventDefault()
  const form = event.target
  if (!/^[a-z0-9][a-z0-9_-]*\/[a-z0-9][a-z0-9_-]*$/.test(form.elements.id.value.trim())) {
    form.elements.id.setAttribute('aria-invalid', 'true')
    form.elements.id.focus()
    tell('新编号写成“地区/年度”：小写字母、数字、连字符，如 hubei/2023。', 'error')
    return
  }
  const made = await working(form.querySelector('button'), () => send('POST', '/api/v1/policies', { id: form.elements.id.value.trim(), parent: form.elements.parent.value }))
  if (made) location.href = `/policies/${made.id}/edit`
})

const evaluating = document.querySelector('[data-evaluate]')
if (evaluating) {
  const input = evaluating.elements.files
  const drop = evaluating.querySelector('[data-drop]')
  const names = evaluating.querySelector('[data-files]')
  const shown = () => names.replaceChildren(...Array.from(input.files, file => element('li', {}, `${file.name}（${Math.ceil(file.size / 1024)} KB）`)))
  input.addEventListener('change', shown)
  for (const name of ['dragenter', 'dragover']) drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add('over') })
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'))
  drop.addEventListener('drop', event => { event.preventDefault(); input.files = event.dataTransfer.files; shown() })
  const judge = async (button, body) => {
    const made = await working(button, () => send('POST', '/api/v1/results', body))
    if (made) location.href = `/results/${made.id}`
  }
  evaluating.addEventListener('submit', event => {
    event.preventDefault()
    if (!input.files.length) { tell('先选择或拖入自评表文件。', 'error'); input.focus(); return }
    tell('正在读表、计分、核对……')
    judge(evaluating.querySelector('button.main'), new FormData(evaluating))
  })
  evaluating.querySelector('[data-examples]')?.addEventListener('click', event => {
    tell('正在读例表……')
    const body = new FormData()
    body.append('examples', 'true')
    body.append('policy', evaluating.elements.policy.value)
    judge(event.target, body)
  })
}

document.querySelector('[data-keep]')?.addEventListener('click', async event => {
  const kept = await working(event.target, () => send('POST', `/api/v1/results/${event.target.dataset.keep}/keep`))
  if (kept) tell('已保留。修改政策时可以选它试算。', 'good')
})
