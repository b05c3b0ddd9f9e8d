// The long-lived things that jobs work with, made by main and handed in. Plain references.
#pragma once

#include <stop_token>

#include "engine/base/progress.h"

namespace cloudlet {

class Catalog;
class Hypervisor;

struct Services {
    Catalog& catalog;
    Hypervisor& hypervisor;
    Progress& progress;
    std::stop_token stop;
};

}  // namespace cloudlet
