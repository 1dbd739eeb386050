/** 日志文件的文字：申请文件，以及文件列表。 */
import type { ExportTexts } from './exports'

export const exports: ExportTexts = {
  title: '下载日志',
  lead: '文件在后台生成，在线和已归档的事件合在一起，保留七天。',
  events: '事件',
  choices: {
    shown: '列表的范围、搜索和筛选',
    ever: '列表的搜索和筛选，不限时间',
    all: '全部日志',
  },
  format: '格式',
  formats: {
    csv: 'CSV，用于表格软件',
    jsonl: 'JSON 行，用于程序',
    parquet: 'Parquet，用于分析',
  },
  bom: '为 Excel 把文件标记为 UTF-8',
  bomHint: '表格软件会当作公式执行的文本，前面加一个撇号。',
  submit: '生成文件',

  pageLead: '你申请的日志文件，七天后删除。',
  pageLeadAll: '所有人申请的日志文件，七天后删除。',
  table: '下载',
  file: '文件',
  askedBy: '申请人',
  state: '状态',
  states: {
    waiting: '等待中',
    running: '生成中',
    done: '就绪',
    failed: '失败',
    expired: '已删除',
  },
  progress: (file) => `${file} 的进度`,
  count: '事件数',
  size: '大小',
  created: '申请时间',
  actions: '操作',
  download: '下载',
  downloadLabel: (file) => `下载 ${file}`,
  remove: '删除',
  removeLabel: (file) => `删除 ${file}`,
  removeTitle: '删除此文件？',
  removeText: (file) => `${file} 将被删除，即使仍在生成。`,
  empty: '还没有下载',
  emptyHint: '打开一个日志，选择要看的内容，点击“下载”，再点击“下载日志”。',
}
