/** 证明与账本的文字。 */
import type { EvidenceTexts } from './evidence'

export const evidence: EvidenceTexts = {
  proof: {
    title: '证明',
    proven: '已证明',
    wrong: '未能证明',
    waiting: '等待下一个检查点',
    waitingHint: '事件已在账本中；下一个检查点（数秒之内）就会带来证明。',
    checking: '正在校验…',
    partly: '部分已校验',
    included: (index, size) => `账本中的第 ${index} 号事件，包含在前 ${size} 个事件的检查点中。`,
    checks: {
      leaf: '事件的哈希与回执一致',
      shown: '此处显示的内容与账本一致',
      path: '路径通向检查点的根哈希',
      body: '姓名与详情正是当初承诺的内容',
      signature: '检查点已签名',
    },
    outcomes: { ok: '已校验', wrong: '不符', unchecked: '未校验' },
    signedBy: '签名密钥',
    compare: '请与你从别处得到的密钥比对：本页的密钥来自服务器。',
    noSignature: '此浏览器无法校验 Ed25519 签名；可复制证明在别处校验。',
    noCrypto: '浏览器在未加密的页面上不做校验。请通过 HTTPS 打开 Daybook，或复制证明在别处校验。',
    wrongHint: '服务器给出的内容互相矛盾。请保留此事件及其证明，并请他人校验整个日志。',
    older: '此事件早于账本，或账本中没有它。',
    erased: '已擦除',
    erasedHint: '此事件的姓名、地址与详情已被擦除。证明仍然成立：承诺保留，且无法由此猜出内容。',
    copyProof: '复制证明',
    copyLeaf: '复制叶节点',
  },

  health: {
    refused: '审计日志不接收事件，任何更改都无法进行',
    readOnly: '不接收事件',
    failing: '目前无法发布检查点；Daybook 正在重试',
  },

  verify: {
    lead: '审计日志是否仍是当初签名的内容，以及可交给他人的证据。',
    health: '状况',
    healthLead: '有事件到来时，每秒产生一个新的检查点。',
    state: '状态',
    good: '正常',
    covered: '最新检查点已覆盖',
    coveredOf: (covered, all) => `${all} 个事件中的 ${covered} 个`,
    published: '最新检查点',
    never: '尚无',
    key: '校验密钥',
    noLedger: '此日志存储没有账本。',
    whatNow:
      '审计事件被拒收期间，任何更改都无法进行：没有事件，就没有更改。每种原因的处理办法见指南（“The ledger”一章的“When it refuses”）。',
    witnesses: '见证者',
    anchors: '锚点',
    noWitnesses:
      '没有其他人知道此日志的检查点：持有其密钥和此机器的人可以不被察觉地改写历史。请设置见证者（ledger_policy）或锚点（ledger_anchors），或自行保存检查点。',
    told: (size) => `${size} 个事件`,

    here: '在服务器上校验',
    hereLead: '重新读取每一个叶节点、内容与哈希，直到已签名的根。谁做的、结果如何，均有记录。',
    kept: '你保存的检查点',
    keptHint: '可选：粘贴一个或多个，或选择文件。日志必须仍包含其中每一个。',
    files: '选择文件',
    start: '校验',
    running: (events, all) => `已校验 ${all} 个事件中的 ${events} 个`,
    results: { pass: '通过', fail: '失败', unchecked: '无法校验' },
    by: (name) => `${name} 执行`,
    quote: '结果，可供引用',

    outside: '不依赖服务器的校验',
    outsideLead:
      '请在别处运行，使用由日志负责人提供的密钥和你保存的检查点。可读取审计事件的 API 密钥放在 DAYBOOK_API_KEY 中。',
    keep: '保存检查点',
    check: '日后与之比对',
  },

  evidence: {
    title: '证据包',
    lead: '一个时间段内的全部审计事件，装入一个已签名的文件，附有证明、完整性声明和可读取者名单。无论如何筛选，证据包都包含整个时间段。',
    from: '起',
    to: '止',
    make: '制作证据包',
    order: '开始时间必须早于结束时间。',
    check: '如何校验',
    zone: '时间为 UTC。',
    ofView: '范围为此视图的时间范围。',
  },
}
