#include "app/studio/base_job.h"

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

constexpr std::chrono::hours kPatience{24};  // somebody installs a system by hand

}  // namespace

BaseJob::BaseJob(StudioServices& services, BaseOrder order, QObject* parent)
    : QObject(parent),
      m_services(services),
      m_order(std::move(order)),
      m_job(std::make_unique<Job>()) {}

BaseJob::~BaseJob() {
    m_job.reset();
}

void BaseJob::start() {
    m_job->start(
        [this](Progress& progress, const std::stop_token& stop) { return work(progress, stop); });
}

Result<void> BaseJob::work(Progress& progress, const std::stop_token& stop) {
    const Services engine = TRY(m_services.forJob(progress, stop));
    CreateBaseRequest request;
    request.name = m_order.name.toStdString();
    (m_order.isInstaller ? request.cdrom : request.disk) = toPath(m_order.file);
    if (m_order.isInstaller) request.newDiskBytes = m_order.diskBytes;
    request.machine.memoryBytes = m_order.memoryBytes;
    request.machine.vcpus = m_order.vcpus;
    request.machine.qemuVersion = "0.0";  // known once it runs
    if (!m_order.clean) request.cleaning = Cleaning::never;
    request.triggerLimit = kPatience;
    request.trigger =
        PersonConfirms{[this](Domain& domain, Progress& waiting, const std::stop_token& ends) {
            return attend(domain, waiting, ends);
        }};
    TRY(createBase(request, engine));
    return {};
}

Result<void> BaseJob::attend(Domain& domain, Progress& progress, const std::stop_token& stop) {
    progress.beginStage("the guest is yours");
    QMetaObject::invokeMethod(
        this,
        [this, console = toQt(domain.consoleAddress())] {
            m_attended = true;
            Q_EMIT guestReady(console);
        },
        Qt::QueuedConnection);
    const Result<void> served = m_desk.serve(domain, stop, {});
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_attended = false;
            Q_EMIT saving();
        },
        Qt::QueuedConnection);
    return served;
}

}  // namespace cloudlet
